import path from 'node:path';

export interface ClusterConfiguration {
  /** Ports of all nodes, in their order. */
  readonly ports: readonly { readonly http: number; readonly tcp: number }[];
  /** The node that is configured. */
  readonly index: number;
  readonly store: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  readonly user: string;
  readonly password: string;
  /** The element `grants` of `deploy/clickhouse/users.xml`. */
  readonly grants: string;
}

/** One node may not take the memory of the others, which share the machine. */
const nodeMemoryBytes = 2_500_000_000;

/** Returns the files of one node. */
export function nodeConfiguration(
  { ports, index, store, user, password, grants }: ClusterConfiguration,
  directory: string,
): { readonly server: string; readonly users: string } {
  const shards = ports.map(
    ({ tcp }) => `
      <shard><replica>
        <host>127.0.0.1</host><port>${tcp}</port><user>${user}</user><password>${password}</password>
      </replica></shard>`,
  );
  const server = `<clickhouse>
  <logger><level>warning</level><log>${path.join(directory, 'node.log')}</log></logger>
  <listen_host>127.0.0.1</listen_host>
  <http_port>${ports[index]?.http}</http_port>
  <tcp_port>${ports[index]?.tcp}</tcp_port>
  <max_server_memory_usage>${nodeMemoryBytes}</max_server_memory_usage>
  <tmp_path>${path.join(directory, 'tmp')}/</tmp_path>
  <remote_servers><hourglass>${shards.join('')}</hourglass></remote_servers>
  <named_collections><hourglass_store>
    <url>${store.endpoint}/${store.bucket}/</url>
    <access_key_id>${store.accessKeyId}</access_key_id>
    <secret_access_key>${store.secretAccessKey}</secret_access_key>
  </hourglass_store></named_collections>
  <query_log><database>system</database><table>query_log</table></query_log>
  <users_config>${path.join(directory, 'users.xml')}</users_config>
</clickhouse>`;
  const local = '<networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>';
  const users = `<clickhouse>
  <profiles><default><max_threads>2</max_threads></default></profiles>
  <users>
    <default><no_password/>${local}<access_management>1</access_management></default>
    <${user}>
      <password>${password}</password>${local}
      ${grants}
    </${user}>
  </users>
  <quotas><default/></quotas>
</clickhouse>`;
  return { server, users };
}
