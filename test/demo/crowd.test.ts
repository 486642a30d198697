import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Crowd, createCrowd, type SeatEvent } from '../../src/demo/crowd.ts';
import { CROWD_PERSONAS, personaOfSeat } from '../../src/demo/personas.ts';
import { connectSite } from '../../src/demo/site-client.ts';
import { useApp } from '../support/running-app.ts';

const app = useApp({ AUTH: 'off' });
const origin = (): string => `http://127.0.0.1:${app().port}`;

/** The program's flag gives beta testers the full list, and everybody else the top 10. */
describe('a crowd of simulated listeners', () => {
  let crowd: Crowd;
  let complaints: unknown[];
  beforeEach(() => {
    complaints = [];
    crowd = createCrowd(connectSite, (error) => complaints.push(error));
    onTestFinished(() => crowd.stop());
  });

  const answered = (): number => crowd.seats().filter(({ answer }) => answer !== undefined).length;

  test('is not there until somebody lets it in', () => {
    expect(crowd.run()).toBeUndefined();
    expect(crowd.seats()).toEqual([]);
    crowd.lookAgain();
    expect(crowd.underWay()).toBe(0);
  });

  test('gets from the site what its flag says, by the cookies that the site gave', async () => {
    await crowd.start({ origin: origin(), size: 100, seed: 1 });
    await expect.poll(answered).toBeGreaterThan(95);
    for (const { answer, persona, key, source } of crowd.seats()) {
      if (answer === undefined) continue;
      const { groups = [] } = CROWD_PERSONAS[persona] ?? {};
      expect([key, answer]).toEqual([key, groups.includes('beta_testers') ? 'treatment' : 'control']);
      expect(source).toBe('local');
    }
    expect(complaints).toEqual([]);
  });

  test('brings the same listeners for the same seed, and others for another', async () => {
    const names = async (seed: number): Promise<readonly string[]> => {
      await crowd.start({ origin: origin(), size: 20, seed });
      return crowd.seats().map(({ key }) => key);
    };
    const first = await names(3);
    expect(await names(3)).toEqual(first);
    expect(await names(4)).not.toEqual(first);
  });

  test('plays, likes and skips, and leaves to newcomers', async () => {
    const kinds = new Set<SeatEvent['kind'] | undefined>();
    crowd.subscribe((event) => kinds.add(event?.kind));
    await crowd.start({ origin: origin(), size: 200, seed: 5 });
    await expect
      .poll(() => [...kinds])
      .toEqual(expect.arrayContaining(['page', 'play', 'like', 'skip', 'left']));
    expect(kinds).not.toContain('error');
  });

  test('grows and shrinks, and keeps within its bounds', async () => {
    await crowd.start({ origin: origin(), size: 40, seed: 1 });
    crowd.resize(60);
    expect(crowd.seats()).toHaveLength(60);
    crowd.resize(20);
    expect(crowd.seats()).toHaveLength(20);
    crowd.resize(100_000);
    expect(crowd.seats()).toHaveLength(1_000);
    crowd.resize(0);
    expect(crowd.seats()).toHaveLength(10);
  });

  test('leaves no request under way when it is stopped, and says nothing more', async () => {
    await crowd.start({ origin: origin(), size: 300, seed: 2 });
    await expect.poll(() => crowd.underWay()).toBeGreaterThan(0);
    await crowd.stop();
    expect(crowd.underWay()).toBe(0);
    expect(crowd.seats()).toEqual([]);
    let events = 0;
    crowd.subscribe(() => (events += 1));
    await crowd.stop();
    expect(events).toBe(0);
  });

  test('shows a page that does not come as an error', async () => {
    const failed = (): boolean => crowd.seats().every(({ hasFailed }) => hasFailed);
    const closed = createCrowd(
      async () => ({ send: async () => ({ status: 503, body: '', cookies: [] }), close: async () => {} }),
      (error) => complaints.push(error),
    );
    onTestFinished(() => closed.stop());
    crowd = closed;
    await closed.start({ origin: origin(), size: 10, seed: 1 });
    await expect.poll(failed).toBe(true);
    expect(String(complaints[0])).toContain('the page came with status 503');
  });
});

test('every persona has its share of a hundred seats', () => {
  const seats = Array.from({ length: 100 }, (_, seat) => personaOfSeat(seat));
  expect(CROWD_PERSONAS.map((_, index) => seats.filter((persona) => persona === index).length)).toEqual(
    CROWD_PERSONAS.map(({ percent }) => percent),
  );
});
