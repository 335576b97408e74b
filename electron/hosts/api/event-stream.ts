// Lines of JSON that go on until the client leaves: the live events of the application.

export interface LineStream {
  readonly response: Response
  /** @returns false when nobody listens any more */
  readonly send: (value: unknown) => boolean
}

/** An idle connection carries an empty line this often, so that a client that has gone is noticed. */
const HEARTBEAT_MS = 15_000
/** A client that is this many lines behind is let go; it connects again and reads anew what it needs. */
const MOST_WAITING = 2000

/** @param onClose called once, when the client left or the signal fired */
export function openLineStream(signal: AbortSignal, onClose: () => void): LineStream {
  const encoder = new TextEncoder()
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null
  const heartbeat = setInterval(() => write('\n'), HEARTBEAT_MS)

  function write(text: string): boolean {
    if (!controller) return false
    controller.enqueue(encoder.encode(text))
    if ((controller.desiredSize ?? 0) < -MOST_WAITING) end()
    return controller !== null
  }

  /** @returns what was open */
  function forget(): ReadableStreamDefaultController<Uint8Array> | null {
    const open = controller
    controller = null
    clearInterval(heartbeat)
    signal.removeEventListener('abort', end)
    if (open) onClose()
    return open
  }

  function end(): void {
    forget()?.close()
  }

  const body = new ReadableStream<Uint8Array>({
    start: (opened) => void (controller = opened),
    cancel: () => void forget(),
  })
  if (signal.aborted) end()
  else signal.addEventListener('abort', end)
  return {
    response: new Response(body, { headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' } }),
    send: (value) => write(`${JSON.stringify(value)}\n`),
  }
}
