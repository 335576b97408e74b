// Who may talk to the web host: this machine's browser, opened with the link that the host printed. Everything else is
// refused before the API sees it: other hosts' names (DNS rebinding), other sites' pages, callers without the token.
import { randomBytes, timingSafeEqual } from 'node:crypto'

export const TOKEN_PARAMETER = 'token'
const COOKIE = 'organ-mosaic'

export interface Guard {
  /** The secret of this launch; the printed link carries it. */
  readonly token: string
  /** @returns null when the request may pass; else the answer to give */
  readonly check: (request: Request) => Response | null
}

/** @param port the host's own; another port on this machine is another site */
export function createGuard(port: number, token = randomBytes(24).toString('base64url')): Guard {
  const hosts = new Set(['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`))
  const cookieName = `${COOKIE}-${port}`
  const refuse = (status: 401 | 403, message: string): Response =>
    new Response(`${message}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })

  function check(request: Request): Response | null {
    const host = request.headers.get('host') ?? ''
    if (!hosts.has(host.toLowerCase())) return refuse(403, 'This address is not served here; open http://127.0.0.1.')
    const origin = request.headers.get('origin')
    if (origin !== null && !isOwnOrigin(origin, hosts)) return refuse(403, 'Requests from other sites are refused.')
    const url = new URL(request.url)
    const given = url.searchParams.get(TOKEN_PARAMETER)
    if (given !== null && request.method === 'GET' && isSame(given, token)) return signIn(url)
    if (isSame(cookieOf(request, cookieName) ?? '', token)) return null
    return refuse(401, 'Open the link that organ-mosaic printed when it started: it carries the key to this page.')
  }

  /** The token moves from the address into a cookie that scripts cannot read, and out of the history. */
  function signIn(url: URL): Response {
    url.searchParams.delete(TOKEN_PARAMETER)
    return new Response(null, {
      status: 303,
      headers: {
        location: `${url.pathname}${url.search}`,
        'set-cookie': `${cookieName}=${token}; HttpOnly; SameSite=Strict; Path=/`,
        'referrer-policy': 'no-referrer',
      },
    })
  }

  return { token, check }
}

function isOwnOrigin(origin: string, hosts: ReadonlySet<string>): boolean {
  return origin.startsWith('http://') && hosts.has(origin.slice('http://'.length).toLowerCase())
}

function cookieOf(request: Request, name: string): string | undefined {
  const pairs = (request.headers.get('cookie') ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([key]) => key === name)?.[1]
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
