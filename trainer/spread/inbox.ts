// Messages of one process in the order in which they came, for whoever waits for the next one.

export interface Inbox<T> {
  put(message: T): void
  /** Everybody who waits, now or later, gets this error. */
  fail(error: Error): void
  take(): Promise<T>
}

export function createInbox<T>(): Inbox<T> {
  const messages: T[] = []
  let failure: Error | null = null
  let waiting: { resolve: (message: T) => void; reject: (error: Error) => void } | null = null
  return {
    put(message) {
      if (!waiting) return void messages.push(message)
      waiting.resolve(message)
      waiting = null
    },
    fail(error) {
      failure ??= error
      waiting?.reject(failure)
      waiting = null
    },
    take() {
      const message = messages.shift()
      if (message !== undefined) return Promise.resolve(message)
      if (failure) return Promise.reject(failure)
      return new Promise((resolve, reject) => (waiting = { resolve, reject }))
    },
  }
}
