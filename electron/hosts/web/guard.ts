// Who may talk to the web host: this machine's browser, opened with the link that the host printed. Everything else is
// refused before the API sees it: other hosts' names (DNS rebinding), other sites' pages, callers without the token.
import { randomBytes, timingSafeEqual } from 'node:crypto'

export const TOKEN_PARAMETER = 'token'
const COOKIE = 'organ-mosaic'

export interface Guard {
  /** The secret of this launch; the printed link carries it. */
  readonly token: string
  /** A token that signs in once: the arguments of a program that opens a browser can be seen by other users. */
  readonly newTicket: () => string
  /** @returns null when the request may pass; else the answer to give */
  readonly check: (request: Request) => Response | null
}

/** @param port the host's own; another port on this machine is another site */
export function createGuard(port: number, token = randomToken()): Guard {
  const suffix = port === 80 ? '' : `:${port}`
  const hosts = new Set(['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}${suffix}`))
  const cookieName = `${COOKIE}-${port}`
  const tickets = new Set<string>()

  function check(request: Request): Response | null {
    const url = new URL(request.url)
    const host = request.headers.get('host') ?? ''
    if (!hosts.has(host.toLowerCase()) || !hosts.has(url.host)) {
      return refuse(403, `This address is not served here; open http://127.0.0.1:${port}.`)
    }
    if (isForeign(request, hosts)) return refuse(403, 'Requests from other sites are refused.')
    const given = url.searchParams.get(TOKEN_PARAMETER)
    if (given !== null && request.method === 'GET' && url.pathname === '/') {
      return isSame(given, token) || tickets.delete(given) ? signIn(request) : refuse(401, OPEN_LINK)
    }
    const cookies = cookiesOf(request, cookieName)
    return cookies.some((cookie) => isSame(cookie, token)) ? null : refuse(401, OPEN_LINK)
  }

  function newTicket(): string {
    const ticket = randomToken()
    tickets.add(ticket)
    return ticket
  }

  /** The token moves from the address into a cookie that scripts cannot read, and out of the history. */
  function signIn(request: Request): Response {
    const cookie = `${cookieName}=${token}; HttpOnly; SameSite=Strict; Path=/`
    if (isFromElsewhere(request)) {
      // After a redirect the browser would still count the request as another site's and keep the strict cookie back.
      const page = '<!doctype html><meta http-equiv="refresh" content="0; url=/"><title>OrganMosaic</title>'
      const headers = { 'content-type': 'text/html; charset=utf-8', 'set-cookie': cookie }
      return new Response(page, { headers })
    }
    return new Response(null, { status: 303, headers: { location: '/', 'set-cookie': cookie } })
  }

  return { token, newTicket, check }
}

const OPEN_LINK = 'Open the link that organ-mosaic printed when it started: it carries the key to this page.'

const randomToken = (): string => randomBytes(24).toString('base64url')

const refuse = (status: 401 | 403, message: string): Response =>
  new Response(`${message}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })

/**
 * A page of another site, also one on another port of this machine, may lead a person here, and do nothing else. Such a
 * page's requests for pictures and scripts bear no Origin, but browsers say where they come from.
 */
function isForeign(request: Request, hosts: ReadonlySet<string>): boolean {
  const origin = request.headers.get('origin')
  if (origin !== null && !isOwnOrigin(origin, hosts)) return true
  if (!isFromElsewhere(request)) return false
  const isVisit = request.method === 'GET' && request.headers.get('sec-fetch-mode') === 'navigate'
  return !isVisit || request.headers.get('sec-fetch-dest') !== 'document' || new URL(request.url).pathname !== '/'
}

function isFromElsewhere(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  return site === 'cross-site' || site === 'same-site'
}

function isOwnOrigin(origin: string, hosts: ReadonlySet<string>): boolean {
  return origin.startsWith('http://') && hosts.has(origin.slice('http://'.length).toLowerCase())
}

function cookiesOf(request: Request, name: string): string[] {
  const pairs = (request.headers.get('cookie') ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.filter(([key]) => key === name).map(([, value = '']) => value)
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
