// A real sshd on this machine for tests, with keys that live as long as it does; `ssh there` reaches it by a configuration
// of its own, so that nothing of the person's own ~/.ssh is read or changed.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePorts } from './slurm-cluster.ts'
import { until } from './until.ts'

const SSHD = '/usr/sbin/sshd'

/** Why this machine cannot have one; null when it can. */
export function whyNoSsh(): string | null {
  if (!existsSync(SSHD)) return 'sshd is not installed (apt-get install openssh-server)'
  const found = spawnSync('ssh', ['-V']).status === 0 && spawnSync('ssh-keygen', ['-?']).error === undefined
  return found ? null : 'ssh is not installed (apt-get install openssh-client)'
}

/** Why it cannot be made not to see folders of this machine; null when it can. */
export function whyNoOtherMachine(): string | null {
  if (whyNoSsh() !== null) return whyNoSsh()
  if (spawnSync('rsync', ['--version']).status !== 0) return 'rsync is not installed (apt-get install rsync)'
  const hides = spawnSync('unshare', [...APART, 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0
  return hides ? null : 'folders cannot be hidden from a process here (unshare --mount is refused)'
}

/** Mounts and a name of its own; who is not root takes the root of a user namespace. */
const APART = ['--mount', '--uts', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])]

export interface SshHost {
  readonly name: string
  /** What is started there from now on does not see this one folder, and has another host name. */
  readonly hide: (folder: string) => void
  /** The next process there that writes these words halts itself then; node alone is asked. */
  readonly haltAfter: (words: string) => void
  /** Of what rsync sends from now on, in kilobytes a second; 0: as fast as it can. */
  readonly limit: (rate: number) => void
  /** Connections are cut, and new ones refused until it is back. */
  readonly drop: () => Promise<void>
  readonly back: () => Promise<void>
  readonly close: () => Promise<void>
}

export async function openSshHost(): Promise<SshHost> {
  const folder = mkdtempSync(join(tmpdir(), 'mosaic-ssh-'))
  const [port] = await freePorts(1)
  for (const key of ['host', 'own']) spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)])
  writeFileSync(join(folder, 'authorized'), readFileSync(join(folder, 'own.pub')), { mode: 0o600 })
  writeFileSync(
    join(folder, 'sshd_config'),
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${folder}/host
AuthorizedKeysFile ${folder}/authorized
PasswordAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
PidFile ${folder}/sshd.pid
ForceCommand ${folder}/there
`,
  )
  writeFileSync(
    join(folder, 'config'),
    `Host there
  HostName 127.0.0.1
  Port ${port}
  User ${userInfo().username}
  IdentityFile ${folder}/own
  IdentitiesOnly yes
  UserKnownHostsFile ${folder}/known
  StrictHostKeyChecking accept-new
`,
  )
  const script = (name: string, ...lines: string[]): void => {
    writeFileSync(join(folder, name), ['#!/bin/sh', ...lines, ''].join('\n'))
    chmodSync(join(folder, name), 0o755)
  }
  // The system's ssh, told where its settings are; the system's rsync, as slow as a test wants it.
  mkdirSync(join(folder, 'bin'))
  script('bin/ssh', `exec /usr/bin/ssh -F ${folder}/config "$@"`)
  const limit = (rate: number): void => script('bin/rsync', `exec /usr/bin/rsync --bwlimit=${rate} "$@"`)
  const halt = join(folder, 'halt-after')
  const hook = join(import.meta.dirname, 'halt-after-words.mjs')
  const run = `NODE_OPTIONS='--import=${hook}' HALT_AFTER=${halt} exec sh -c "$SSH_ORIGINAL_COMMAND"`
  script('there', run)
  const hide = (path: string): void => {
    script('apart', `mount -t tmpfs none '${path}' && hostname mosaic-there && ${run}`)
    script('there', `exec unshare ${APART.join(' ')} ${folder}/apart`)
  }
  limit(0)
  const path = process.env['PATH'] ?? ''
  process.env['PATH'] = [join(folder, 'bin'), path].join(delimiter)
  mkdirSync('/run/sshd', { recursive: true })

  let daemon: ChildProcess | null = null
  const answers = (): boolean => spawnSync('ssh', ['-o', 'BatchMode=yes', 'there', 'true']).status === 0
  const back = async (): Promise<void> => {
    daemon = spawn(SSHD, ['-D', '-f', join(folder, 'sshd_config')], { stdio: 'ignore' })
    await until(answers, 'an answer of sshd')
  }
  const drop = async (): Promise<void> => {
    const sessions = spawnSync('ps', ['-o', 'pid=', '--ppid', String(daemon?.pid)], { encoding: 'utf8' }).stdout
    daemon?.kill('SIGKILL')
    // One that just ended is no reason to fail.
    spawnSync('kill', ['-9', ...sessions.trim().split(/\s+/)])
    await until(() => !answers(), 'the end of sshd')
  }
  await back()
  return {
    name: 'there',
    hide,
    haltAfter: (words) => writeFileSync(halt, words),
    limit,
    drop,
    back,
    async close() {
      await drop()
      process.env['PATH'] = path
    },
  }
}
