// The whole application behind one function, whatever carries its requests: the API below /api, the built page beside
// it, and the headers that every answer has.
import type { AppInfo } from '../../../contract/api/app.ts'
import type { Services } from '../../services/services.ts'
import { createHandler, type Handler } from './create-handler.ts'
import { implementApi } from './implement-api.ts'
import { createPageFiles } from './page-files.ts'

export interface ApplicationParts {
  /** Folder of the built renderer, absolute. */
  readonly page: string
  readonly info: AppInfo
}

export function createApplication(services: Services, { page, info }: ApplicationParts): Handler {
  void services.updates.lookIfWanted()
  const handleApi = createHandler(implementApi(services, () => info))
  const pageFiles = createPageFiles(page)
  return async (request) => {
    const isApi = isApiPath(new URL(request.url).pathname)
    return withCommonHeaders(await (isApi ? handleApi : pageFiles)(request))
  }
}

export const isApiPath = (pathname: string): boolean => pathname === '/api' || pathname.startsWith('/api/')

/** Nothing of it may be read, framed, guessed at or kept by anybody else, unless the answer itself says otherwise. */
const commonHeaders: Record<string, string> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

export function withCommonHeaders(response: Response): Response {
  for (const [name, value] of Object.entries(commonHeaders)) {
    if (!response.headers.has(name)) response.headers.set(name, value)
  }
  return response
}
