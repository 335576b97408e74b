import { expect, it } from 'vitest'
import { openLineStream } from './event-stream.ts'

it('sends one JSON a line until the client leaves', async () => {
  let closed = 0
  const { response, send } = openLineStream(new AbortController().signal, () => closed++)
  expect(response.headers.get('content-type')).toBe('application/x-ndjson')
  expect(send({ a: 1 })).toBe(true)
  expect(send({ b: 'two\nlines' })).toBe(true)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader?.read())?.value).toBe('{"a":1}\n')
  expect((await reader?.read())?.value).toBe('{"b":"two\\nlines"}\n')
  await reader?.cancel()
  expect(closed).toBe(1)
  expect(send({ c: 3 })).toBe(false)
  expect(closed).toBe(1)
})

it('ends when the signal fires, with what was sent', async () => {
  const controller = new AbortController()
  let closed = 0
  const { response, send } = openLineStream(controller.signal, () => closed++)
  send(1)
  controller.abort()
  expect(await response.text()).toBe('1\n')
  expect(closed).toBe(1)
  expect(send(2)).toBe(false)
})

it('is over at once when the client left before it began', async () => {
  let closed = 0
  const { response, send } = openLineStream(AbortSignal.abort(), () => closed++)
  expect(send(1)).toBe(false)
  expect(await response.text()).toBe('')
  expect(closed).toBe(1)
})

it('lets a client go that does not read', () => {
  let closed = 0
  const { send } = openLineStream(new AbortController().signal, () => closed++)
  let sent = 0
  while (sent < 10_000 && send(sent)) sent++
  expect(sent).toBeGreaterThan(1000)
  expect(sent).toBeLessThan(3000)
  expect(closed).toBe(1)
})
