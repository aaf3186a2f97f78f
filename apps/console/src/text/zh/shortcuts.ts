export const shortcuts = {
  'shortcuts.close': '关闭',
  'shortcuts.escape': '关闭列表或对话框',
  'shortcuts.list': '显示快捷键列表',
  'shortcuts.newReport': '新建报表',
  'shortcuts.open': '键盘快捷键',
  'shortcuts.search': '在此页搜索',
  'shortcuts.single': '启用单键快捷键',
  'shortcuts.submit': '提交报表',
  'shortcuts.tab': '转到下一个控件；按住 Shift 转到上一个',
  'shortcuts.title': '键盘快捷键',
};
