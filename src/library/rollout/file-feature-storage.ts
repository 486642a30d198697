import { readFile } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import { FeatureError, featureFromJson, type FeatureData } from './feature.ts';
import { oneAtATime, type FeatureStorage } from './feature-storage.ts';

/**
 * One JSON file, written aside and renamed, so that a crash leaves the old one or the new one, never half.
 * One process may write it; others may read.
 * @throws FeatureError, from every call, when the file is there but does not read.
 */
export function fileFeatureStorage(file: string): FeatureStorage {
  const inTurn = oneAtATime();

  const read = async (): Promise<Map<string, FeatureData>> => {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
      throw error;
    }
    return new Map(listIn(text, file).map((feature) => [feature.name, feature]));
  };

  return {
    get: async (name) => (await read()).get(name),
    update: async (name, change) => {
      await inTurn(async () => {
        const features = await read();
        const next = change(features.get(name));
        if (next === undefined) features.delete(name);
        else features.set(name, next);
        await writeFileAtomic(file, `${JSON.stringify([...features.values()], null, 2)}\n`);
      });
    },
    names: async () => [...(await read()).keys()].toSorted(),
    close: () => inTurn(() => Promise.resolve()),
  };
}

function listIn(text: string, file: string): readonly FeatureData[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new FeatureError(`${file} is not JSON`, { cause: error });
  }
  if (!Array.isArray(json)) throw new FeatureError(`${file}: expected a list of features`);
  return json.map((item) => featureFromJson(JSON.stringify(item)));
}
