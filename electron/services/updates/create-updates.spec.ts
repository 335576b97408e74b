// The version check against a server on this machine that keeps what it was sent.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SettingsSchema } from '../../../contract/settings.ts'
import { createUpdates, type UpdateDesk } from './create-updates.ts'

let answer: { status: number; body: string }
let asked: { url: string; headers: IncomingHttpHeaders; body: string }[]
let address: string
let close: () => void

beforeEach(async () => {
  answer = { status: 200, body: '{"version":"0.10.0"}' }
  asked = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      asked.push({ url: request.url ?? '', headers: request.headers, body })
      response.writeHead(answer.status).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/latest`
  close = () => server.close()
})
afterEach(() => close())

const desk = (isWanted: boolean, own = '0.9.0'): UpdateDesk => createUpdates({ isWanted: () => isWanted, address, own })

describe('looking for a newer version', () => {
  it('is off by default, and then asks nobody', async () => {
    expect(SettingsSchema.parse({}).updates.check).toBe(false)
    const updates = desk(SettingsSchema.parse({}).updates.check)
    await updates.lookIfWanted()
    expect(asked).toEqual([])
    expect(updates.state()).toEqual({ address, last: null, problem: '' })
  })

  it('sends a question and nothing of this machine or version', async () => {
    await desk(true, '0.9.7').lookIfWanted()
    expect(asked).toHaveLength(1)
    const [{ url, headers, body }] = asked
    expect([url, body]).toEqual(['/latest', ''])
    expect(headers).toMatchObject({ 'user-agent': 'OrganMosaic', accept: 'application/json' })
    expect(headers.cookie).toBeUndefined()
    expect(JSON.stringify(headers)).not.toContain('0.9.7')
  })

  it('knows that 0.10 is newer than 0.9, as npm and as GitHub tell it', async () => {
    expect(await desk(false).look()).toMatchObject({ own: '0.9.0', newest: '0.10.0', isNewer: true, page: null })
    const page = 'https://example.org/releases/0.9.0'
    answer.body = JSON.stringify({ tag_name: 'v0.9.0', html_url: page })
    expect(await desk(false).look()).toMatchObject({ newest: '0.9.0', isNewer: false, page })
  })

  it('says why it could not, and keeps that for the settings', async () => {
    const updates = desk(true)
    answer = { status: 503, body: '' }
    await updates.lookIfWanted()
    expect(updates.state().problem).toContain('it answered 503')
    answer = { status: 200, body: '{"version":"newest"}' }
    await expect(updates.look()).rejects.toThrow(/did not answer with a version/)
    answer.body = `{"version":"${'1'.repeat(300_000)}"}`
    await expect(updates.look()).rejects.toThrow(/longer than 262144 bytes/)
    answer.body = '{"tag_name":"v1.0.0","html_url":"javascript:alert(1)"}'
    await expect(updates.look()).rejects.toThrow(/did not answer with a version/)
  })

  it('cannot be done in a build that names nobody to ask', async () => {
    const updates = createUpdates({ isWanted: () => true, address: '', own: '0.9.0' })
    await updates.lookIfWanted()
    await expect(updates.look()).rejects.toThrow(/names no address/)
  })
})
