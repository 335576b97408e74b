// A real host in a process of its own: the one of `organ-mosaic serve`, asked over HTTP as its page asks, and killed as power cuts do.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export interface HostProcess {
  readonly child: ChildProcess
  /** The answer of the API. @throws Error with what the host said */
  readonly ask: (method: string, path: string, body?: unknown) => Promise<unknown>
  /** The same for an answer that is no JSON. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>
  /** SIGKILL. */
  readonly kill: () => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * @param nodeOptions of Node itself, before the program
 * @param env on top of this process's; its trainers have it too
 */
export async function startHost(
  home: string,
  nodeOptions: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<HostProcess> {
  const child = spawn(process.execPath, [...nodeOptions, join(import.meta.dirname, 'host-main.ts'), home], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  })
  const [{ url: link }] = (await once(child, 'message')) as [{ url: string }]
  const origin = new URL(link).origin
  const signedIn = await fetch(link, { redirect: 'manual' })
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  const send: HostProcess['fetch'] = (path, init = {}) =>
    fetch(`${origin}/api${path}`, { ...init, headers: { cookie, ...init.headers } })
  const ended = once(child, 'exit')
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal)
    await ended
  }
  return {
    child,
    fetch: send,
    async ask(method, path, body) {
      const sent =
        body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      const response = await send(path, { method, ...sent })
      const answer: unknown = await response.json()
      if (!response.ok) throw new Error(JSON.stringify(answer))
      return answer
    },
    kill: () => end('SIGKILL'),
    close: () => end('SIGTERM'),
  }
}
