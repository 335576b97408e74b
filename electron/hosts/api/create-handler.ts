// The one request handler behind the web host, the Electron shell and the tests: (Request) => Promise<Response>.
// It checks what comes in and what goes out against the contract's table of routes, and knows no transport.
import { Hono, type Context } from 'hono'
import { z } from 'zod'
import {
  api,
  type Api,
  type Route,
  type RouteAnswer,
  type RouteCall,
  type RouteName,
} from '../../../contract/api/index.ts'
import { OrganMosaicError, toOrganMosaicError, type ErrorCode } from '../../../contract/errors.ts'
import { describeIssues } from '../../services/workspace/json-file.ts'
import { readJsonBody } from './read-json-body.ts'

export type Handler = (request: Request) => Promise<Response>

/** What a route's implementation may give back: JSON data before its check, or a Response of its own. */
export type Implementation<R extends Route> = (call: RouteCall<R>) => RouteAnswerInput<R> | Promise<RouteAnswerInput<R>>
type RouteAnswerInput<R extends Route> = R['kind'] extends 'json' ? z.input<R['response']> : RouteAnswer<R>

export type Implementations<Names extends RouteName = RouteName> = { [Name in Names]: Implementation<Api[Name]> }

const statusOf: Record<ErrorCode, 400 | 403 | 404 | 409 | 422 | 500 | 507> = {
  usage: 400,
  'not-found': 404,
  conflict: 409,
  'invalid-file': 422,
  'invalid-data': 422,
  'invalid-config': 422,
  leakage: 409,
  environment: 500,
  index: 500,
  'out-of-memory': 500,
  disk: 507,
  'job-failed': 500,
  internal: 500,
}

/** @param implementations one function a route; the table says which */
export function createHandler(implementations: Implementations): Handler {
  const app = new Hono().basePath('/api')
  for (const name of Object.keys(api) as RouteName[]) {
    const route: Route = api[name]
    const implementation = implementations[name] as Implementation<Route>
    app.on(route.method, route.path, (context) => answer(route, implementation, context))
  }
  // After all routes, so that only what none of them took arrives here.
  for (const [path, methods] of methodsByPath()) app.all(path, () => wrongMethod(path, methods))
  app.notFound((context) =>
    errorResponse(new OrganMosaicError('not-found', `The API has no ${context.req.method} ${context.req.path}.`)),
  )
  app.onError((thrown) => errorResponse(toOrganMosaicError(thrown)))
  // Hono would answer HEAD by running the GET route, and leave a stream open that nobody reads.
  return async (request) => (request.method === 'HEAD' ? new Response(null, { status: 405 }) : app.fetch(request))
}

function methodsByPath(): Map<string, string[]> {
  const methods = new Map<string, string[]>()
  for (const { path, method } of Object.values<Route>(api)) methods.set(path, [...(methods.get(path) ?? []), method])
  return methods
}

function wrongMethod(path: string, methods: readonly string[]): Response {
  const message = `The API answers ${methods.join(' and ')} at ${path}, and nothing else.`
  const response = errorResponse(new OrganMosaicError('usage', message, { details: { status: 405 } }))
  response.headers.set('allow', methods.join(', '))
  return response
}

async function answer(route: Route, implementation: Implementation<Route>, context: Context): Promise<Response> {
  const request = context.req.raw
  const result = await implementation({
    params: check(route.params, context.req.param(), 'the address'),
    query: check(route.query, context.req.query(), 'the query'),
    body: check(route.body, await readJsonBody(request, route.body), 'the body'),
    signal: request.signal,
    request,
  })
  if (result instanceof Response) return result
  const checked = route.response.safeParse(result)
  if (!checked.success) {
    throw new OrganMosaicError(
      'internal',
      `The answer of ${route.method} ${route.path} is not what the contract says: ${describeIssues(checked.error)}.`,
    )
  }
  return Response.json(checked.data)
}

/** @throws OrganMosaicError `usage` */
function check<T extends z.ZodType>(schema: T, value: unknown, where: string): z.output<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new OrganMosaicError('usage', `The request cannot be used, ${where}: ${describeIssues(parsed.error)}.`)
}

export function errorResponse(error: OrganMosaicError): Response {
  const given = error.details['status']
  const status = typeof given === 'number' ? given : statusOf[error.code]
  return Response.json(error.toReport(), { status })
}
