import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CustomScheme } from 'electron'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createApplication } from '../hosts/api/create-application.ts'
import type { Handler } from '../hosts/api/create-handler.ts'
import { describeApp } from '../hosts/api/describe-app.ts'
import { createServices } from '../services/create-services.ts'
import type { Services } from '../services/services.ts'
import { isOwnAddress, ORIGIN, registerScheme, serveScheme } from './scheme.ts'

let folder: string
let services: Services
let answer: Handler

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-scheme-'))
  mkdirSync(join(folder, 'page/assets'), { recursive: true })
  writeFileSync(join(folder, 'page/index.html'), '<title>OrganMosaic</title>')
  writeFileSync(join(folder, 'secret.json'), '{}')
  services = createServices({ home: join(folder, 'home') })
  const info = describeApp(services, 'electron')
  const handle = (scheme: string, handler: Handler): void => {
    expect(`${scheme}://app`).toBe(ORIGIN)
    answer = handler
  }
  serveScheme(
    { handle } as Parameters<typeof serveScheme>[0],
    createApplication(services, { page: join(folder, 'page'), info }),
  )
})
afterEach(() => {
  services.close()
  rmSync(folder, { recursive: true })
})

describe('the scheme', () => {
  it('is made standard and secure, and bypasses no policy', () => {
    let registered: CustomScheme[] = []
    registerScheme({ registerSchemesAsPrivileged: (schemes) => void (registered = schemes) })
    expect(registered).toHaveLength(1)
    expect(registered[0].privileges).toMatchObject({
      standard: true,
      secure: true,
      supportFetchAPI: true,
      stream: true,
    })
    expect(registered[0].privileges).not.toHaveProperty('bypassCSP')
    expect(registered[0].privileges).not.toHaveProperty('allowServiceWorkers')
  })

  it('answers the page with its policy', async () => {
    const response = await answer(new Request(`${ORIGIN}/`))
    expect(await response.text()).toContain('OrganMosaic')
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'")
  })

  it('answers the API, what is sent to it included', async () => {
    const app = await answer(new Request(`${ORIGIN}/api/app`))
    expect(await app.json()).toMatchObject({ host: 'electron', home: join(folder, 'home') })
    const plan = await answer(
      new Request(`${ORIGIN}/api/demo-study`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"a":',
      }),
    )
    expect(plan.status).toBeGreaterThanOrEqual(400)
  })

  it('streams events, and lets go of a window that has left', async () => {
    const controller = new AbortController()
    const response = await answer(new Request(`${ORIGIN}/api/events`, { signal: controller.signal }))
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('{"type":"hello"}\n')
    controller.abort()
    expect((await reader.read()).done).toBe(true)
  })

  it.each(['organ-mosaic://other/', 'organ-mosaic://other/api/app'])('answers no other host: %s', async (url) => {
    expect((await answer(new Request(url))).status).toBe(404)
  })

  it.each(['/../secret.json', '/%2e%2e/secret.json', '/..%2fsecret.json'])(
    'serves nothing beside the page: %s',
    async (path) => {
      expect((await answer(new Request(`${ORIGIN}${path}`))).status).toBe(404)
    },
  )
})

it.each([
  [`${ORIGIN}/`, true],
  [`${ORIGIN}/#/runs`, true],
  [ORIGIN, true],
  [`${ORIGIN}.example.org/`, false],
  ['organ-mosaic://application/', false],
  ['https://example.org/', false],
  ['file:///etc/passwd', false],
  ['about:blank', false],
])('an own address: %s is %s', (url, expected) => expect(isOwnAddress(url)).toBe(expected))
