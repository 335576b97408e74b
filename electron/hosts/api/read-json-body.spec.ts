import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readJsonBody } from './read-json-body.ts'

const schema = z.object({})

function requestOf(body: string | ReadableStream | null, headers: Record<string, string> = {}): Request {
  return new Request('http://host/', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
    duplex: 'half',
  } as RequestInit)
}

describe('readJsonBody', () => {
  it('reads what was sent', async () => {
    expect(await readJsonBody(requestOf('{"a": "ä"}'), schema)).toEqual({ a: 'ä' })
  })

  it('takes no body for an empty object', async () => {
    expect(await readJsonBody(requestOf(null), schema)).toEqual({})
    expect(await readJsonBody(new Request('http://host/', { method: 'DELETE' }), schema)).toEqual({})
  })

  it('leaves bytes to the route that wants bytes', async () => {
    const request = requestOf('bytes', { 'content-type': 'application/octet-stream' })
    expect(
      await readJsonBody(
        request,
        z.custom<Blob>(() => true),
      ),
    ).toEqual({})
    expect(await readJsonBody(request, z.unknown())).toEqual({})
    expect(await request.text()).toBe('bytes')
  })

  it('does not wait for ever for a body that stops in the middle', async () => {
    const stalled = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"a":')),
    })
    await expect(readJsonBody(requestOf(stalled), schema, 50)).rejects.toMatchObject({
      message: 'The body did not arrive within 0.05 s.',
      details: { status: 408 },
    })
  })

  it('stops reading a body without end as soon as it is too large', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 2 ** 18
        controller.enqueue(new Uint8Array(2 ** 18).fill(0x20))
      },
    })
    await expect(readJsonBody(requestOf(endless), schema)).rejects.toMatchObject({ details: { status: 413 } })
    expect(sent).toBeLessThan(2 ** 22)
  })
})
