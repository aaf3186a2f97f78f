/** Reasons of failed queries, by their text in the API. `{name}` is a detail. */
export const failureReasons = {
  'The query did not finish within {seconds} s': '查询未能在 {seconds} 秒内完成',
  'The query was started {attempts} times and never finished': '查询启动了 {attempts} 次，始终没有完成',
  'Attempt {attempt} of {attempts} failed: {cause}': '第 {attempt} 次尝试（共 {attempts} 次）失败：{cause}',
  'The report needs more than {memoryMb} MB of memory: request fewer groups or a shorter time range':
    '报告需要超过 {memoryMb} MB 的内存：请减少分组或缩短时间范围',
  'The report needs more than {maxSpillMb} MB of temporary disk space: request fewer groups or a shorter time range':
    '报告需要超过 {maxSpillMb} MB 的临时磁盘空间：请减少分组或缩短时间范围',
  'The disk for temporary files is full': '临时文件的磁盘已满',
  'The disk for temporary files cannot be used': '临时文件的磁盘无法使用',
  'The report needs more than {memoryMb} MB of memory on a node of the cluster: request fewer groups or a shorter time range':
    '报告在集群节点上需要超过 {memoryMb} MB 的内存：请减少分组或缩短时间范围',
  'The disk of a node of the cluster is full': '集群节点的磁盘已满',
  'The report could not be computed': '无法计算报告',
  'The {service} is not available': '服务不可用：{service}',
  'Internal error; search the worker log for the id of this query':
    '内部错误；请在 worker 日志中搜索此查询的标识',
  'No exchange rate from {currency} to {target} for {day} or the {days} days before it; store one and submit the report again':
    '没有 {day} 或之前 {days} 天内从 {currency} 到 {target} 的汇率；请存入汇率后重新提交报告',
  'A whole number of the column {column} does not fit into the 64 bits of parquet; submit the report as json or csv':
    '列 {column} 的整数超出 parquet 的 64 位；请以 json 或 csv 提交报告',
  'The report has more than {rows} rows, which do not fit on one sheet; request fewer rows, or submit it as csv':
    '报告超过 {rows} 行，一个工作表放不下；请减少行数，或以 csv 提交',
  'A text of the column {column} has more than {characters} characters, which do not fit into one cell; submit the report as csv':
    '列 {column} 的文本超过 {characters} 个字符，一个单元格放不下；请以 csv 提交报告',
  'The spreadsheet needs more than {megabytes} MB; request fewer rows or columns, or submit the report as csv':
    '电子表格需要超过 {megabytes} MB；请减少行数或列数，或以 csv 提交报告',
  'An amount of {day} has no currency and cannot be converted to {target}':
    '{day} 的一笔金额没有币种，无法换算为 {target}',
};
