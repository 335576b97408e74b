// Lines of JSON that go on until the client leaves: the live events of the application.

export interface LineStream {
  readonly response: Response
  /** @returns false when nobody listens any more */
  readonly send: (value: unknown) => boolean
}

/** An idle connection carries an empty line this often, so that a client that has gone is noticed. */
const HEARTBEAT_MS = 15_000

/** @param onClose called once, when the client left or the signal fired */
export function openLineStream(signal: AbortSignal, onClose: () => void): LineStream {
  const encoder = new TextEncoder()
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null
  const write = (text: string): boolean => {
    if (!controller) return false
    controller.enqueue(encoder.encode(text))
    return true
  }
  const heartbeat = setInterval(() => write('\n'), HEARTBEAT_MS)
  const close = (): void => {
    if (!controller) return
    controller = null
    clearInterval(heartbeat)
    onClose()
  }
  const body = new ReadableStream<Uint8Array>({
    start: (opened) => void (controller = opened),
    cancel: close,
  })
  signal.addEventListener('abort', close, { once: true })
  return {
    response: new Response(body, { headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' } }),
    send: (value) => write(`${JSON.stringify(value)}\n`),
  }
}
