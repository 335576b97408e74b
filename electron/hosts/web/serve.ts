// The web host: the API and the built page over HTTP, on this machine's loopback address only.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { createAdaptorServer } from '@hono/node-server'
import type { AppInfo } from '../../../contract/api/app.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Services } from '../../services/create-services.ts'
import { createHandler } from '../api/create-handler.ts'
import { implementApi } from '../api/implement-api.ts'
import { createPageFiles } from '../api/page-files.ts'
import { createGuard, TOKEN_PARAMETER, type Guard } from './guard.ts'

export interface ServeOptions {
  /** 0: any free one. */
  readonly port: number
  /** Folder of the built renderer. */
  readonly page: string
  readonly info: AppInfo
  /** For tests: a known secret. */
  readonly token?: string
}

export interface WebHost {
  readonly port: number
  /** With the token: whoever opens it is signed in. */
  readonly url: string
  readonly close: () => Promise<void>
}

/** @throws OrganMosaicError `environment` when the port cannot be had */
export async function serveWeb(services: Services, { port, page, info, token }: ServeOptions): Promise<WebHost> {
  const handleApi = createHandler(implementApi(services, () => info))
  const pageFiles = createPageFiles(page)
  let guard: Guard | null = null
  const fetch = async (request: Request): Promise<Response> => {
    const refusal = guard?.check(request)
    if (refusal) return refusal
    const { pathname } = new URL(request.url)
    return pathname === '/api' || pathname.startsWith('/api/') ? handleApi(request) : pageFiles(request)
  }
  const server = createAdaptorServer({
    fetch,
    createServer,
    overrideGlobalObjects: false,
  })
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new OrganMosaicError(
      'environment',
      `Port ${port} cannot be served (${reason}); choose another with --port.`,
      {
        cause,
      },
    )
  }
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  guard = createGuard(bound, token)
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}/?${TOKEN_PARAMETER}=${guard.token}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}
