import type { Flag, JsonValue } from '../../../evaluation/model.ts';

export interface CodeSnippet {
  readonly id: string;
  readonly name: string;
  readonly code: string;
}

type ValueType = 'boolean' | 'string' | 'number' | 'json';

/** How programs ask this server for a flag. Keys are named, not shown: only their digests are stored. */
export function codeSnippets({ key, variations, offVariation }: Flag, url: string): readonly CodeSnippet[] {
  const type = valueType(variations);
  const fallback = offVariation === undefined ? null : (variations[offVariation] ?? null);
  const json = JSON.stringify(fallback);
  const name = JSON.stringify(key);
  return [
    {
      id: 'node',
      name: 'Node.js',
      code: `import { init } from '@launchdarkly/node-server-sdk';

const url = '${url}';
const client = init(SDK_KEY, { baseUri: url, streamUri: url, eventsUri: url });
await client.waitForInitialization({ timeout: 5 });
const value = await client.variation(${name}, { kind: 'user', key: 'alice' }, ${json});`,
    },
    {
      id: 'python',
      name: 'Python',
      code: `import os
import ldclient
from ldclient import Context
from ldclient.config import Config

url = '${url}'
ldclient.set_config(Config(os.environ['SDK_KEY'], base_uri=url, stream_uri=url, events_uri=url))
value = ldclient.get().variation(${name}, Context.create('alice'), ${pythonLiteral(fallback)})`,
    },
    {
      id: 'go',
      name: 'Go',
      code: `url := "${url}"
config := ld.Config{ServiceEndpoints: interfaces.ServiceEndpoints{Streaming: url, Polling: url, Events: url}}
client, err := ld.MakeCustomClient(os.Getenv("SDK_KEY"), config, 5*time.Second)
value, err := client.${GO_METHODS[type]}(${name}, ldcontext.New("alice"), ${type === 'json' ? 'ldvalue.Null()' : json})`,
    },
    {
      id: 'java',
      name: 'Java',
      code: `String url = "${url}";
LDConfig config = new LDConfig.Builder()
    .serviceEndpoints(Components.serviceEndpoints().streaming(url).polling(url).events(url))
    .build();
LDClient client = new LDClient(System.getenv("SDK_KEY"), config);
var value = client.${JAVA_METHODS[type]}(${name}, LDContext.create("alice"), ${type === 'json' ? 'LDValue.ofNull()' : json});`,
    },
    {
      id: 'browser',
      name: 'Browser',
      code: `import { initialize } from 'launchdarkly-js-client-sdk';

const url = '${url}';
const context = { kind: 'user', key: 'alice' };
const client = initialize(CLIENT_SIDE_ID, context, { baseUrl: url, streamUrl: url, eventsUrl: url });
await client.waitForInitialization(5);
const value = client.variation(${name}, ${json});`,
    },
    {
      id: 'openfeature',
      name: 'OpenFeature',
      code: `import { OpenFeature } from '@openfeature/server-sdk';
import { OFREPProvider } from '@openfeature/ofrep-provider';

const headers = [['Authorization', \`Bearer \${SDK_KEY}\`]];
await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: '${url}', headers }));
const client = OpenFeature.getClient();
const value = await client.${OPENFEATURE_METHODS[type]}(${name}, ${json}, { targetingKey: 'alice' });`,
    },
    {
      id: 'curl',
      name: 'curl',
      code: `curl -H "Authorization: Bearer $ADMIN_TOKEN" ${url}/users/alice/flags/${encodeURIComponent(key)}`,
    },
  ];
}

const GO_METHODS = {
  boolean: 'BoolVariation',
  string: 'StringVariation',
  number: 'Float64Variation',
  json: 'JSONVariation',
} as const;

const JAVA_METHODS = {
  boolean: 'boolVariation',
  string: 'stringVariation',
  number: 'doubleVariation',
  json: 'jsonValueVariation',
} as const;

const OPENFEATURE_METHODS = {
  boolean: 'getBooleanValue',
  string: 'getStringValue',
  number: 'getNumberValue',
  json: 'getObjectValue',
} as const;

function valueType(variations: readonly JsonValue[]): ValueType {
  for (const type of ['boolean', 'string', 'number'] as const) {
    if (variations.every((value) => typeof value === type)) return type;
  }
  return 'json';
}

/** JSON and Python write strings and numbers alike, save for the three words. */
function pythonLiteral(value: JsonValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'object'
    ? `json.loads(${JSON.stringify(JSON.stringify(value))})`
    : JSON.stringify(value);
}
