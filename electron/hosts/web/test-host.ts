// For the tests of the web host: a real one on a free port with a workspace and a page of its own, and ways to send it
// requests that no browser and no client library would send.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as sendRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createServices } from '../../services/create-services.ts'
import type { Services } from '../../services/services.ts'
import { describeApp } from '../api/describe-app.ts'
import { serveWeb, type WebHost } from './serve.ts'

export const TOKEN = 'a-token-that-this-test-knows'

export interface TestHost {
  readonly folder: string
  readonly host: WebHost
  readonly services: Services
  readonly cookie: string
  readonly close: () => Promise<void>
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Ask {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
}

export async function openTestHost(): Promise<TestHost> {
  const folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-host-'))
  const page = join(folder, 'page')
  mkdirSync(join(page, 'assets'), { recursive: true })
  mkdirSync(join(folder, 'data', 'site-a'), { recursive: true })
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>the page</title>')
  writeFileSync(join(page, 'assets', 'index-abc.js'), 'export {}')
  writeFileSync(join(page, 'notes.secret'), 'the secret')
  writeFileSync(join(folder, 'secret.json'), '"the secret"')
  writeFileSync(join(folder, 'page-other.json'), '"the secret"')
  const services = createServices({ home: join(folder, 'home'), roots: [join(folder, 'data')] })
  const info = describeApp(services, 'web')
  const host = await serveWeb(services, { port: 0, page, info, token: TOKEN, headersTimeoutMs: 500 })
  return {
    folder,
    host,
    services,
    cookie: `organ-mosaic-${host.port}=${TOKEN}`,
    async close() {
      await host.close()
      services.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The path is sent as it is: no client tidies it up. */
export function ask(port: number, path: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = sendRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode = 0, headers: given } = response
        resolve({ status: statusCode, headers: given, body: Buffer.concat(chunks).toString() })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Ways to ask as the page does, with its cookie. */
export function callers(port: number, cookie: string) {
  const signedIn = (path: string, { headers, ...rest }: Ask = {}): Promise<Answer> =>
    ask(port, path, { ...rest, headers: { cookie, ...headers } })
  return {
    signedIn,
    postJson: (body: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> =>
      signedIn('/api/machine/folders', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      }),
    /** Refused, the host is still there, and nothing was given away. */
    async expectRefused(answer: Answer, status: number): Promise<void> {
      expect(answer.status).toBe(status)
      expect(answer.body).not.toContain('secret')
      expect(answer.headers['set-cookie']).toBeUndefined()
      expect((await signedIn('/api/app')).status).toBe(200)
    },
  }
}

export function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.once('error', reject)
  })
}

/** Sends bytes and waits until the host ends the connection. @returns what it said; '' when it only hung up */
export async function sendBytes(port: number, bytes: string | Buffer): Promise<string> {
  const socket = await openSocket(port)
  return new Promise((resolve) => {
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')))
    socket.on('error', () => resolve(answer))
    socket.on('close', () => resolve(answer))
    socket.write(bytes)
  })
}
