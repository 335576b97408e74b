// What a route of the API is: one entry here is checked by the server, called by the client and listed in the docs.
import { z } from 'zod'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** `json`: answers what `response` says. `binary`: bytes, described by response headers. `stream`: one JSON a line. */
export type RouteKind = 'json' | 'binary' | 'stream'

export interface Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
  Kind extends RouteKind = RouteKind,
> {
  readonly method: Method
  /** Below /api, hono's notation: /datasets/:dataset */
  readonly path: string
  readonly summary: string
  readonly kind: Kind
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly response: Response
}

const nothing = z.object({})
type Nothing = typeof nothing

/**
 * @param spec.query values arrive as text: coerce numbers, and give booleans as 'true' or 'false'
 * @param spec.kind json unless said otherwise
 */
export function route<
  Params extends z.ZodType = Nothing,
  Query extends z.ZodType = Nothing,
  Body extends z.ZodType = Nothing,
  Response extends z.ZodType = Nothing,
  Kind extends RouteKind = 'json',
>(
  method: Method,
  path: string,
  summary: string,
  spec: { params?: Params; query?: Query; body?: Body; response?: Response; kind?: Kind } = {},
): Route<Params, Query, Body, Response, Kind> {
  return {
    method,
    path,
    summary,
    kind: (spec.kind ?? 'json') as Kind,
    params: (spec.params ?? nothing) as Params,
    query: (spec.query ?? nothing) as Query,
    body: (spec.body ?? nothing) as Body,
    response: (spec.response ?? nothing) as Response,
  }
}

/** What a caller gives: the parts that a route declares, before defaults and coercion. */
export type RouteInput<R extends Route> = Part<'params', z.input<R['params']>> &
  Part<'query', z.input<R['query']>> &
  Part<'body', z.input<R['body']>>

/** What an implementation gets: the same, checked, with defaults filled in. */
export interface RouteCall<R extends Route> {
  readonly params: z.output<R['params']>
  readonly query: z.output<R['query']>
  readonly body: z.output<R['body']>
  readonly signal: AbortSignal
  /** The request itself, for bodies that are no JSON. */
  readonly request: Request
}

/** What comes back: for json the response, checked; else the Response to read bytes or lines from. */
export type RouteAnswer<R extends Route> = R['kind'] extends 'json' ? z.output<R['response']> : Response

type Part<Key extends string, Value> = keyof Value extends never
  ? Partial<Record<Key, Value>>
  : Record<string, never> extends Value
    ? { [K in Key]?: Value }
    : { [K in Key]: Value }
