// The live events of the application: one connection, opened again whenever it breaks.
import { AppEventSchema, type AppEvent } from '../../contract/api/app.ts'
import { call } from './client.ts'

const RETRY_MS = 1000

export interface EventListener {
  onEvent: (event: AppEvent) => void
  /** false while the host cannot be reached */
  onConnected: (connected: boolean) => void
}

/** @returns a function that ends it */
export function watchEvents(listener: EventListener): () => void {
  const controller = new AbortController()
  void follow(listener, controller.signal)
  return () => controller.abort()
}

async function follow({ onEvent, onConnected }: EventListener, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const response = await call('watchEvents', {}, { signal })
      onConnected(true)
      for await (const line of readLines(response)) {
        const event = AppEventSchema.safeParse(JSON.parse(line))
        if (event.success) onEvent(event.data)
      }
    } catch {
      // The loop below waits and tries again; the page says meanwhile that the host is away.
    }
    if (signal.aborted) return
    onConnected(false)
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

async function* readLines(response: Response): AsyncGenerator<string> {
  if (!response.body) return
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    const lines = (rest + value).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield line
  }
}
