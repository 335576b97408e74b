// The one way to the services: every route of the contract as a typed call. Works over HTTP and Electron's scheme alike.
import {
  api,
  type Api,
  type Route,
  type RouteAnswer,
  type RouteInput,
  type RouteName,
} from '../../contract/api/index.ts'
import { ErrorReportSchema, OrganMosaicError } from '../../contract/errors.ts'

interface Parts {
  params?: Record<string, string>
  query?: Record<string, unknown>
  body?: unknown
}

/** @throws OrganMosaicError what the services said, or `environment` when the host cannot be reached */
export async function call<Name extends RouteName>(
  name: Name,
  ...[input, options]: Record<string, never> extends RouteInput<Api[Name]>
    ? [input?: RouteInput<Api[Name]>, options?: { signal?: AbortSignal }]
    : [input: RouteInput<Api[Name]>, options?: { signal?: AbortSignal }]
): Promise<RouteAnswer<Api[Name]>> {
  const route: Route = api[name]
  const { body, ...address } = (input ?? {}) as Parts
  const response = await send(urlOf(name, address), {
    method: route.method,
    ...(body === undefined ? {} : bodyOf(body)),
    ...(options?.signal ? { signal: options.signal } : {}),
  })
  return (route.kind === 'json' ? await response.json() : response) as RouteAnswer<Api[Name]>
}

/** The address of a route, for images and downloads. */
export function urlOf(name: RouteName, { params = {}, query = {} }: Parts = {}): string {
  const path = api[name].path.replaceAll(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''))
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null)
  const search = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString()
  return `/api${path}${search === '' ? '' : `?${search}`}`
}

function bodyOf(body: unknown): { body: BodyInit; headers: Record<string, string> } {
  if (body instanceof Blob) return { body, headers: { 'content-type': 'application/octet-stream' } }
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}

async function send(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new OrganMosaicError(
      'environment',
      'OrganMosaic does not answer; is the program that served this page still running?',
      { cause },
    )
  })
  if (response.ok) return response
  const parsed = ErrorReportSchema.safeParse(await response.json().catch(() => null))
  if (!parsed.success) throw new OrganMosaicError('internal', `The host answered ${response.status} without a reason.`)
  const { code, message, details } = parsed.data.error
  throw new OrganMosaicError(code, message, { details })
}
