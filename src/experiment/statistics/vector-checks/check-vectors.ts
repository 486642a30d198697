import { z } from 'zod';
import { type Difference, differences, HEADER_TOLERANCE, type Tolerance } from './agrees.ts';
import { type CaseResult, STATISTICS_FUNCTIONS } from './statistics-functions.ts';

const vectorsFile = z.object({ vectors: z.record(z.string(), z.array(z.unknown())) });
const vectorCase = z.object({
  input: z.record(z.string(), z.unknown()),
  expect: z.record(z.string(), z.unknown()),
});
const namedCase = z.object({ name: z.string() });

export interface CaseProblem {
  /** The case's name, or its number. */
  readonly name: string;
  readonly problem: string;
}

export interface FunctionCheck {
  readonly name: string;
  readonly agreed: number;
  readonly all: number;
  readonly problems: readonly CaseProblem[];
}

export type VectorsCheck =
  | { readonly kind: 'checked'; readonly functions: readonly FunctionCheck[] }
  | { readonly kind: 'unreadable'; readonly problem: string };

const sentence = ({ field, expected, got }: Difference): string =>
  `${field}: expected ${JSON.stringify(expected)}, got ${typeof got === 'number' ? String(got) : JSON.stringify(got)}`;

/** What is wrong with a case; null where the function agrees with it. */
function problemOf(run: (input: unknown) => CaseResult, given: unknown, tolerance: Tolerance): string | null {
  const parsed = vectorCase.safeParse(given);
  if (!parsed.success) return `not a case: ${z.prettifyError(parsed.error)}`;
  const outcome = run(parsed.data.input);
  if (outcome.kind === 'bad-input') return `bad input: ${outcome.problem}`;
  const [first, ...more] = differences(parsed.data.expect, outcome.result, tolerance);
  if (first === undefined) return null;
  return sentence(first) + (more.length > 0 ? ` (and ${more.length} more)` : '');
}

function nameOf(given: unknown, index: number): string {
  const named = namedCase.safeParse(given);
  return named.success ? named.data.name : `case ${index + 1}`;
}

function checkFunction(name: string, cases: readonly unknown[], tolerance: Tolerance): FunctionCheck {
  const run = STATISTICS_FUNCTIONS.get(name);
  if (run === undefined) {
    const known = [...STATISTICS_FUNCTIONS.keys()].join(', ');
    return {
      name,
      agreed: 0,
      all: cases.length,
      problems: [{ name, problem: `unknown function; known are ${known}` }],
    };
  }
  const problems = cases.flatMap((given, index) => {
    const problem = problemOf(run, given, tolerance);
    return problem === null ? [] : [{ name: nameOf(given, index), problem }];
  });
  return { name, agreed: cases.length - problems.length, all: cases.length, problems };
}

function parseJson(text: string): { readonly data: unknown } | { readonly problem: string } {
  try {
    return { data: JSON.parse(text) };
  } catch (error) {
    return { problem: `expected JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/**
 * Runs every case of a file of test vectors, `{"vectors": {"<function>": [{name, input, expect}]}}`.
 *
 * @param text the file's content
 * @param tolerance default: that of the header
 */
export function checkVectors(text: string, tolerance: Tolerance = HEADER_TOLERANCE): VectorsCheck {
  const json = parseJson(text);
  if ('problem' in json) return { kind: 'unreadable', problem: json.problem };
  const file = vectorsFile.safeParse(json.data);
  if (!file.success) {
    return {
      kind: 'unreadable',
      problem: `expected {"vectors": {function: [case]}}: ${z.prettifyError(file.error)}`,
    };
  }
  const functions = Object.entries(file.data.vectors).map(([name, cases]) =>
    checkFunction(name, cases, tolerance),
  );
  return { kind: 'checked', functions };
}
