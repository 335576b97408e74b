// The web host: the API and the built page over HTTP, on this machine's loopback address only.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { AppInfo } from '../../../contract/api/app.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Services } from '../../services/services.ts'
import { createApplication, withCommonHeaders } from '../api/create-application.ts'
import { createGuard, TOKEN_PARAMETER, type Guard } from './guard.ts'

export interface ServeOptions {
  /** 0: any free one. */
  readonly port: number
  /** Folder of the built renderer. */
  readonly page: string
  readonly info: AppInfo
  /** For tests: a known secret. */
  readonly token?: string
  /** A request's headers must be there by then. */
  readonly headersTimeoutMs?: number
}

export interface WebHost {
  readonly port: number
  /** With the token: whoever opens it is signed in. */
  readonly url: string
  /** The same for one use only, to be given to a program. */
  readonly newTicketUrl: () => string
  /** Ends every connection, also streams that would go on for ever. */
  readonly close: () => Promise<void>
}

/** A dataset is uploaded file by file; through a slow tunnel one file may take this long. */
const LONGEST_REQUEST_MS = 6 * 3600_000
const MOST_CONNECTIONS = 256

/** @throws OrganMosaicError `environment` when the port cannot be had */
export async function serveWeb(services: Services, options: ServeOptions): Promise<WebHost> {
  const application = createApplication(services, options)
  let guard: Guard | null = null
  const server = createHttpServer(async (request) => {
    // The host's port belongs to its name, and is known a moment after it listens.
    const refusal = guard ? guard.check(request) : new Response(null, { status: 503 })
    return refusal ? withCommonHeaders(refusal) : application(request)
  }, options.headersTimeoutMs)
  const port = await listen(server, options.port)
  guard = createGuard(port, options.token)
  const { token, newTicket } = guard
  const urlWith = (secret: string): string => `http://127.0.0.1:${port}/?${TOKEN_PARAMETER}=${secret}`
  return {
    port,
    url: urlWith(token),
    newTicketUrl: () => urlWith(newTicket()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function createHttpServer(fetch: (request: Request) => Promise<Response>, headersTimeout = 10_000): Server {
  const server = createAdaptorServer({
    fetch,
    createServer,
    serverOptions: {
      headersTimeout,
      requestTimeout: LONGEST_REQUEST_MS,
      connectionsCheckingInterval: Math.min(1000, headersTimeout),
      maxHeaderSize: 16 * 1024,
    },
    overrideGlobalObjects: false,
  }) as Server
  server.maxConnections = MOST_CONNECTIONS
  return server
}

/** @returns the port */
async function listen(server: Server, wanted: number): Promise<number> {
  server.listen(wanted, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `Port ${wanted} cannot be served (${reason}); choose another with --port.`
    throw new OrganMosaicError('environment', message, { cause })
  }
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : wanted
}
