// The leading process's side: starts the others, each on a device of its own, and gathers what they say.
import { fork, type ChildProcess } from 'node:child_process'
import type { Device } from '../../contract/device.ts'
import { OrganMosaicError } from '../../contract/errors.ts'
import { createInbox, type Inbox } from './inbox.ts'
import type { FromPeer, PeerStart, ToPeer } from './messages.ts'
import type { Peers } from './peers.ts'

const script = new URL('./peer-main.ts', import.meta.url)
/** So the system ends a process that takes too much, and C++ one that cannot allocate. */
const MEMORY_SIGNALS = ['SIGKILL', 'SIGABRT']

interface Peer {
  readonly child: ChildProcess
  readonly inbox: Inbox<FromPeer>
  readonly ended: Promise<void>
}

export interface LeadPeers extends Peers {
  /** Of the other processes, by rank. */
  readonly devices: readonly Device[]
  /** Waits until the others, who have nothing left to do, are gone. */
  end(): Promise<void>
  /** Ends them at once. */
  kill(): void
}

/**
 * @param environmentOf rank -> its environment: its device, its threads
 * @throws OrganMosaicError what a process says that cannot start
 */
export async function startPeers(
  starts: readonly PeerStart[],
  environmentOf: (rank: number) => NodeJS.ProcessEnv,
): Promise<LeadPeers> {
  const peers = starts.map((start) => startPeer(start, environmentOf(start.rank)))
  const kill = (): void => peers.forEach(({ child }) => child.kill('SIGKILL'))
  process.once('exit', kill)
  const devices: Device[] = []
  try {
    for (const { inbox } of peers) devices.push(await expectMessage(inbox, 'device').then(({ device }) => device))
  } catch (error) {
    kill()
    throw error
  }
  return {
    rank: 0,
    size: peers.length + 1,
    devices,
    async gather<T>(mine: T): Promise<T[]> {
      const others = await Promise.all(peers.map(({ inbox }) => expectMessage(inbox, 'value')))
      const values = [mine, ...others.map(({ value }) => value as T)]
      for (const { child } of peers) child.send({ type: 'values', values } satisfies ToPeer)
      return values
    },
    async end() {
      await Promise.all(peers.map(({ ended }) => ended))
      process.removeListener('exit', kill)
    },
    kill() {
      kill()
      process.removeListener('exit', kill)
    },
  }
}

function startPeer(start: PeerStart, env: NodeJS.ProcessEnv): Peer {
  const inbox = createInbox<FromPeer>()
  const child = fork(script, { env, serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  child.on('message', (message) => inbox.put(message as FromPeer))
  child.on('error', (error) => inbox.fail(error))
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      inbox.fail(explainExit(start, code, signal))
      resolve()
    })
  })
  child.send({ type: 'start', start } satisfies ToPeer)
  return { child, inbox, ended }
}

function explainExit({ indices }: PeerStart, code: number | null, signal: string | null): OrganMosaicError {
  const who = `The process of model ${indices.map((index) => index + 1).join(', ')}`
  return signal !== null && MEMORY_SIGNALS.includes(signal)
    ? new OrganMosaicError('out-of-memory', `${who} was ended by ${signal}, most likely for want of memory.`)
    : new OrganMosaicError('job-failed', `${who} ended early (${signal ?? `exit code ${code}`}); see trainer.log.`)
}

/** @throws OrganMosaicError when the process says that it failed, or is gone */
async function expectMessage<T extends FromPeer['type']>(
  inbox: Inbox<FromPeer>,
  type: T,
): Promise<Extract<FromPeer, { type: T }>> {
  const message = await inbox.take()
  if (message.type === 'failure') {
    const { code, message: text, details } = message.report.error
    throw new OrganMosaicError(code, text, { details })
  }
  if (message.type !== type) throw new OrganMosaicError('internal', `expected ${type}, got ${message.type}`)
  return message as Extract<FromPeer, { type: T }>
}
