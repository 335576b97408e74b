// The application's own address inside the window: organ-mosaic://app/. Requests to it are answered in this process; no
// port is open.
import type { Protocol } from 'electron'
import type { Handler } from '../hosts/api/create-handler.ts'

const SCHEME = 'organ-mosaic'
const HOST = 'app'
/** The page's origin as browsers write it. */
export const ORIGIN = `${SCHEME}://${HOST}`

/** To be called before Electron is ready. Standard and secure: relative addresses, storage and the page's policy work. */
export function registerScheme(protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true }
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges }])
}

/** @param application answers every request to the address */
export function serveScheme(protocol: Pick<Protocol, 'handle'>, application: Handler): void {
  protocol.handle(SCHEME, async (request) => {
    const isOurs = new URL(request.url).host === HOST
    return isOurs ? application(request) : new Response('Not found\n', { status: 404 })
  })
}

/** Whether an address belongs to the page. */
export const isOwnAddress = (url: string): boolean => url === ORIGIN || url.startsWith(`${ORIGIN}/`)
