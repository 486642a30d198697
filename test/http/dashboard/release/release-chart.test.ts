import { expect, test } from 'vitest';
import { releaseChart } from '../../../../src/http/dashboard/release/release-chart.ts';
import { releaseBench } from '../../../release/run/release-bench.ts';

test('a chart has the share as it was, the decisions, and the plan for the rest', async () => {
  const { create, watch, releases, engine, command, now } = await releaseBench();
  const id = await create();
  await watch(90_000);
  const chart = async () =>
    releaseChart((await engine.read(id))!.release, await releases.decisions(id, 1, 100), now());
  const running = await chart();
  expect(running.title).toBe('The new version is at 50 % of 100 %');
  expect(running.marks).toHaveLength(2);
  // Steps: up to 10 %, then to 50 %.
  expect(running.past.match(/[HL]/g)?.length).toBeGreaterThan(3);
  expect(running.plan).toMatch(/^M/);
  expect(Date.parse(running.to.iso) - Date.parse(running.from.iso)).toBeGreaterThan(180_000);
  await command(id, 'rollback');
  const over = await chart();
  expect(over.plan).toBeUndefined();
  expect(over.title).toBe('The new version went to 50 % and stands at 0 %');
});
