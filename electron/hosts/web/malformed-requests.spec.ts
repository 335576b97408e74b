// What signed-in callers and mere strangers can send that is no proper request: it is refused, and the host goes on.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MOST_JSON_BYTES } from '../api/read-json-body.ts'
import { serveWeb } from './serve.ts'
import { callers, openSocket, openTestHost, sendBytes, type TestHost } from './test-host.ts'

let test: TestHost
let port: number
let { signedIn, postJson, expectRefused } = callers(0, '')

beforeAll(async () => {
  test = await openTestHost()
  port = test.host.port
  ;({ signedIn, postJson, expectRefused } = callers(port, test.cookie))
})
afterAll(() => test.close())

describe('bodies', () => {
  const tooLarge = JSON.stringify({ parent: 'x'.repeat(MOST_JSON_BYTES), name: 'x' })

  it('that are too large by their stated length are refused unread', async () =>
    expectRefused(await postJson(tooLarge), 413))

  it('that are too large without a stated length', async () =>
    expectRefused(await postJson(tooLarge, { 'transfer-encoding': 'chunked' }), 413))

  it.each<[string, string | Buffer]>([
    ['half of an object', '{"parent": "/'],
    ['no JSON at all', 'parent=/&name=x'],
    ['bytes that are no text', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['nesting without end', '['.repeat(1_000_000)],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['a wrong type', '{"parent": 1, "name": []}'],
    ['a prototype', '{"__proto__": {"parent": "/", "name": "x"}}'],
  ])('that cannot be used: %s', async (_, body) => expectRefused(await postJson(body), 400))

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx'])(
    'of another type than JSON: %s',
    async (type) => expectRefused(await postJson('{"parent":"/","name":"x"}', { 'content-type': type }), 415),
  )

  it('of no type', async () => {
    const answer = await signedIn('/api/machine/folders', { method: 'POST', body: '{"parent":"/","name":"x"}' })
    await expectRefused(answer, 415)
  })

  it('shorter than their stated length end with the connection', async () => {
    const head = `POST /api/machine/folders HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${test.cookie}\r\n`
    const socket = await openSocket(port)
    socket.end(`${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{}`)
    await new Promise((resolve) => socket.on('close', resolve).resume())
    expect((await signedIn('/api/app')).status).toBe(200)
  })
})

describe('methods and routes', () => {
  it.each(['/api', '/api/', '/api/nothing', '/api/../api/nothing', '/api/app/more', '/API/app'])(
    'that are unknown are not found: %s',
    async (path) => expectRefused(await signedIn(path), 404),
  )

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND'])(
    'that are wrong are refused: %s /api/app',
    async (method) => expectRefused(await signedIn('/api/app', { method }), 405),
  )

  it('the right method is named', async () =>
    expect((await signedIn('/api/app', { method: 'DELETE' })).headers.allow).toBe('GET'))

  it.each(['POST', 'PUT', 'DELETE'])('the page is only read: %s /', async (method) =>
    expectRefused(await signedIn('/', { method }), 405),
  )
})

describe('what is no proper HTTP ends the connection and nothing else', () => {
  const start = (): string => `GET /api/app HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`

  it.each<[string, () => string | Buffer, RegExp]>([
    ['no request at all', () => 'hello\r\n\r\n', /^HTTP\/1.1 400/],
    ['another protocol', () => Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]), /^(HTTP\/1.1 400|$)/],
    ['no host', () => 'GET /api/app HTTP/1.1\r\nConnection: close\r\n\r\n', /^HTTP\/1.1 400/],
    ['no host, as HTTP/1.0', () => 'GET /api/app HTTP/1.0\r\n\r\n', /^HTTP\/1.1 40[03]/],
    ['two lengths', () => `${start()}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx`, /^HTTP\/1.1 400/],
    [
      'a length and pieces',
      () => `${start()}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      /^HTTP\/1.1 400/,
    ],
    ['a length that is no number', () => `${start()}Content-Length: -1\r\n\r\n`, /^HTTP\/1.1 400/],
    ['a header with a line break', () => `${start()}X: a\rb\r\n\r\n`, /^HTTP\/1.1 400/],
    ['a header that is too long', () => `${start()}X: ${'x'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1.1 431/],
    ['an address that is too long', () => `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`, /^HTTP\/1.1 431/],
    ['a tunnel', () => `CONNECT evil.example:443 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`, /^$/],
    ['headers that never end', () => start(), /^(HTTP\/1.1 408|$)/],
  ])('%s', async (_, bytes, expected) => {
    expect(await sendBytes(port, bytes())).toMatch(expected)
    expect((await signedIn('/api/app')).status).toBe(200)
  })
})

describe('event streams', () => {
  /** @returns the socket, once the stream has said hello */
  async function openStream(on: TestHost) {
    const socket = await openSocket(on.host.port)
    socket.write(`GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${on.host.port}\r\nCookie: ${on.cookie}\r\n\r\n`)
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => chunk.toString().includes('hello') && resolve())
    })
    return socket
  }

  it('end when the host closes, which waits for nobody', async () => {
    const own = await openTestHost()
    const sockets = await Promise.all([openStream(own), openStream(own)])
    const ends = sockets.map((socket) => new Promise((resolve) => socket.on('close', resolve)))
    await own.close()
    await Promise.all(ends)
  })

  it('leave nothing behind when the client goes', async () => {
    const subscribed: number[] = []
    const { subscribe } = test.services.tasks
    let count = 0
    const tasks = test.services.tasks as { subscribe: typeof subscribe }
    tasks.subscribe = (listener) => {
      subscribed.push(++count)
      const end = subscribe(listener)
      return () => {
        count--
        end()
      }
    }
    try {
      const socket = await openStream(test)
      expect(subscribed).toEqual([1])
      socket.destroy()
      await expect.poll(() => count).toBe(0)
    } finally {
      tasks.subscribe = subscribe
    }
  })
})

it('a port that is taken is said so', async () => {
  const info = { version: '0', home: '', readOnly: null, host: 'web' as const, platform: '', roots: [] }
  await expect(serveWeb(test.services, { port, page: test.folder, info })).rejects.toThrow(
    /cannot be served .* choose another with --port/,
  )
})
