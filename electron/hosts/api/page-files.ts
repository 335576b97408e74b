// The built renderer as responses: its files and nothing beside them, each with the headers that keep the page closed.
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

/**
 * Scripts come from here alone, and nothing is fetched from elsewhere. Inline styles are allowed because vtk.js and
 * Element Plus place things with them; blob: and data: images are thumbnails and screenshots.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
}

/** @param folder of the built renderer, absolute */
export function createPageFiles(folder: string): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } })
    }
    const { pathname } = new URL(request.url)
    const path = fileOf(folder, pathname)
    const type = path && types[extname(path)]
    const content = path && type ? await readFile(path).catch(() => null) : null
    if (!content || !type) return new Response('Not found\n', { status: 404 })
    // What vite builds carries a hash of its content in its name; the page and its icon do not.
    const cache = pathname.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store'
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(content), {
      headers: {
        'content-type': type,
        'cache-control': cache,
        'content-security-policy': CONTENT_SECURITY_POLICY,
      },
    })
  }
}

/** @returns null for an address that leads out of the folder or cannot be decoded */
function fileOf(folder: string, pathname: string): string | null {
  try {
    const wanted = decodeURIComponent(pathname === '/' ? '/index.html' : pathname)
    if (wanted.includes('\0') || wanted.includes('\\')) return null
    const path = normalize(join(folder, wanted))
    return path.startsWith(folder + sep) ? path : null
  } catch {
    return null
  }
}
