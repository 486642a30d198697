import type * as z from 'zod';
import type { JsonValue } from '../../../evaluation/model.ts';

/** What an answer is made of may be readonly all the way down. */
export type DeepReadonly<T> = [JsonValue] extends [T]
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : T extends object
      ? { readonly [Name in keyof T]: DeepReadonly<T[Name]> }
      : T;

export interface ReplySpec {
  readonly description: string;
  /** Absent: an empty body. */
  readonly body?: z.ZodType;
  /** True: the handler gives the text of the body itself, written as the schema says. Default false. */
  readonly asText?: boolean;
  /** Default `application/json`. */
  readonly mediaType?: string;
  /** Header names and what they say. */
  readonly headers?: { readonly [name: string]: string };
}

export interface ReplySpecs {
  readonly [status: number]: ReplySpec;
}

export interface ReplyHeaders {
  readonly [name: string]: string;
}

type BodyOf<Spec extends ReplySpec | undefined> = Spec extends { readonly asText: true }
  ? { readonly body: string }
  : Spec extends { readonly body: infer Body extends z.ZodType }
    ? { readonly body: DeepReadonly<z.input<Body>> }
    : { readonly body?: undefined };

/** One of the answers that an operation declares; nothing else type checks. */
export type ReplyOf<Specs extends ReplySpecs> = {
  readonly [Status in keyof Specs & number]: {
    readonly status: Status;
    readonly headers?: ReplyHeaders;
  } & BodyOf<Specs[Status]>;
}[keyof Specs & number];

export interface Reply {
  readonly status: number;
  readonly headers?: ReplyHeaders;
  readonly body?: unknown;
}

/** An answer; written as a call so that its status stays a literal type while `operation` is inferred. */
export function reply<const Status extends number>(status: Status): { readonly status: Status };
export function reply<const Status extends number, const Body>(
  status: Status,
  body: Body,
  headers?: ReplyHeaders,
): { readonly status: Status; readonly body: Body; readonly headers: ReplyHeaders };
export function reply(status: number, body?: unknown, headers: ReplyHeaders = {}): Reply {
  return { status, body, headers };
}
