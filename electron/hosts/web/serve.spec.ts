// Who may talk to the web host and who may not, asked over real HTTP.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, callers, openTestHost, TOKEN, type TestHost } from './test-host.ts'

let test: TestHost
let port: number
let { signedIn, postJson, expectRefused } = callers(0, '')

beforeAll(async () => {
  test = await openTestHost()
  port = test.host.port
  ;({ signedIn, postJson, expectRefused } = callers(port, test.cookie))
})
afterAll(() => test.close())

describe('what must pass', () => {
  it('the printed link signs in and leads to the page, without the token in its address', async () => {
    const { pathname, search } = new URL(test.host.url)
    const { status, headers } = await ask(port, pathname + search)
    expect(status).toBe(303)
    expect(headers.location).toBe('/')
    expect(headers['set-cookie']).toEqual([`organ-mosaic-${port}=${TOKEN}; HttpOnly; SameSite=Strict; Path=/`])
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['cache-control']).toBe('no-store')
  })

  it('the link clicked on another site signs in by a page of our own', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    const answer = await ask(port, `/?token=${TOKEN}`, { headers })
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('content="0; url=/"')
    expect(answer.headers['set-cookie']?.[0]).toContain('HttpOnly; SameSite=Strict')
  })

  it('a ticket signs in once', async () => {
    const { pathname, search } = new URL(test.host.newTicketUrl())
    expect(search).not.toContain(TOKEN)
    expect((await ask(port, pathname + search)).headers['set-cookie']).toHaveLength(1)
    await expectRefused(await ask(port, pathname + search), 401)
  })

  it('the page, with a policy that lets nothing in from elsewhere', async () => {
    const { status, body, headers } = await signedIn('/')
    expect(status).toBe(200)
    expect(body).toContain('the page')
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    })
  })

  it('built files, which never change, are kept by this browser alone', async () => {
    const { status, headers } = await signedIn('/assets/index-abc.js')
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(headers['cache-control']).toBe('private, max-age=31536000, immutable')
  })

  it('the API by every name of this machine, and its own origin', async () => {
    for (const name of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]']) {
      const headers = { host: `${name}:${port}`, origin: `http://${name}:${port}`, 'sec-fetch-site': 'same-origin' }
      expect((await signedIn('/api/app', { headers })).status).toBe(200)
    }
  })

  it('answers of the API are kept by nobody and cannot be run or framed', async () => {
    const { headers } = await signedIn('/api/app')
    expect(headers['content-type']).toBe('application/json')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'")
  })

  it('JSON in UTF-8, also in pieces without a length', async () => {
    const body = JSON.stringify({ parent: `${test.folder}/data`, name: 'Größe' })
    expect((await postJson(body, { 'content-type': 'Application/JSON; charset=utf-8' })).status).toBe(200)
    const chunked = JSON.stringify({ parent: `${test.folder}/data`, name: 'pieces' })
    expect((await postJson(chunked, { 'transfer-encoding': 'chunked' })).status).toBe(200)
  })
})

describe('callers without the token are refused', () => {
  it.each<[string, string, Record<string, string>]>([
    ['the page without a cookie', '/', {}],
    ['the API without a cookie', '/api/app', {}],
    ['a built file without a cookie', '/assets/index-abc.js', {}],
    ['a wrong token', '/?token=wrong', {}],
    ['an empty token', '/?token=', {}],
    ['the token with a letter more', `/?token=${TOKEN}x`, {}],
    ['the token of another address than the first page', `/api/app?token=${TOKEN}`, {}],
    ['the token as a bearer', '/api/app', { authorization: `Bearer ${TOKEN}` }],
    ['a cookie of another name', '/api/app', { cookie: `organ-mosaic=${TOKEN}` }],
    ['a cookie of another port', '/api/app', { cookie: `organ-mosaic-1=${TOKEN}` }],
    ['a cookie without a value', '/api/app', { cookie: 'organ-mosaic' }],
    ['a cookie that is half the token', '/api/app', { cookie: `organ-mosaic-1=${TOKEN.slice(0, 8)}` }],
  ])('%s', async (_, path, headers) => expectRefused(await ask(port, path, { headers }), 401))

  it('a token sent with a method that is not GET', async () =>
    expectRefused(await ask(port, `/?token=${TOKEN}`, { method: 'POST' }), 401))
})

describe('other names of the host are refused, as after DNS rebinding', () => {
  it.each([
    ['another site', () => 'evil.example'],
    ['another site with our port', () => `evil.example:${port}`],
    ['a name that begins like ours', () => `127.0.0.1.evil.example:${port}`],
    ['a name that ends like ours', () => `evil-localhost:${port}`],
    ['another port', () => '127.0.0.1:1'],
    ['no port', () => '127.0.0.1'],
    ['an address of the network', () => `192.168.0.1:${port}`],
    ['any address', () => `0.0.0.0:${port}`],
    ['the same address written otherwise', () => `127.1:${port}`],
    ['a dot at the end', () => `localhost.:${port}`],
  ])('%s', async (_, host) => expectRefused(await signedIn('/api/app', { headers: { host: host() } }), 403))

  it('a user name in the host', async () => {
    const answer = await signedIn('/api/app', { headers: { host: `127.0.0.1:${port}@evil.example` } })
    expect([400, 403]).toContain(answer.status)
  })

  it('a whole address in the request line that names another host', async () =>
    expectRefused(await signedIn('http://evil.example/api/app', { headers: { host: `127.0.0.1:${port}` } }), 403))
})

describe('pages of other sites are refused', () => {
  it.each<[string, () => Record<string, string>]>([
    ['a foreign origin', () => ({ origin: 'https://evil.example' })],
    ['the origin of a file or a sandbox', () => ({ origin: 'null' })],
    ['our address with another scheme', () => ({ origin: `https://127.0.0.1:${port}` })],
    ['another port of this machine', () => ({ origin: 'http://127.0.0.1:1' })],
    ['an origin that begins like ours', () => ({ origin: `http://127.0.0.1:${port}.evil.example` })],
    ['a picture from another site', () => ({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })],
    ['a script from another port', () => ({ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' })],
    ['a visit straight to the API', () => ({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })],
  ])('%s', async (_, headers) => expectRefused(await signedIn('/api/app', { headers: headers() }), 403))

  it('a frame around the page', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }
    await expectRefused(await signedIn('/', { headers }), 403)
  })

  it('a form that posts', async () => {
    const headers = { origin: 'https://evil.example', 'content-type': 'text/plain' }
    await expectRefused(await signedIn('/api/machine/folders', { method: 'POST', body: '{}', headers }), 403)
  })

  it('a preflight gets no permission', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
    const answer = await ask(port, '/api/app', { method: 'OPTIONS', headers })
    await expectRefused(answer, 403)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })
})

describe('paths that lead out of the page are refused', () => {
  it.each([
    '/../secret.json',
    '/..%2fsecret.json',
    '/%2e%2e/secret.json',
    '/%2e%2e%2fsecret.json',
    '/assets/../../secret.json',
    '/assets/..%2f..%2fsecret.json',
    '/assets/%2e%2e/%2e%2e/secret.json',
    '/..%5csecret.json',
    '/%252e%252e%252fsecret.json',
    '/..%c0%afsecret.json',
    '/....//secret.json',
    '/../page-other.json',
    '//secret.json',
    '/%00/../secret.json',
    '/index.html%00.json',
    '/%ff%fe',
    '/notes.secret',
    '/assets',
    '/assets/',
    '/.%2f',
  ])('%s', async (path) => expectRefused(await signedIn(path), 404))

  it('a backslash in the request line', async () => expectRefused(await signedIn('/..\\secret.json'), 400))

  it('folders outside the roots', async () => {
    for (const path of ['/', '/etc', test.folder, `${test.folder}/data/../page`]) {
      const answer = await signedIn(`/api/machine/folders?path=${encodeURIComponent(path)}`)
      expect(answer.status).toBe(403)
      expect(answer.body).toContain('lies outside the folders')
    }
  })
})
