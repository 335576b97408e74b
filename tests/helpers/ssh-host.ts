// A real sshd on this machine for tests, with keys that live as long as it does; `ssh there` reaches it by a configuration
// of its own, so that nothing of the person's own ~/.ssh is read or changed.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePorts, until } from './slurm-cluster.ts'

const SSHD = '/usr/sbin/sshd'

/** Why this machine cannot have one; null when it can. */
export function whyNoSsh(): string | null {
  if (!existsSync(SSHD)) return 'sshd is not installed (apt-get install openssh-server)'
  const found = spawnSync('ssh', ['-V']).status === 0 && spawnSync('ssh-keygen', ['-?']).error === undefined
  return found ? null : 'ssh is not installed (apt-get install openssh-client)'
}

export interface SshHost {
  readonly name: string
  /** New connections are refused until it is back. */
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
  // The system's ssh, told where its settings are.
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin', 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${folder}/config "$@"\n`)
  chmodSync(join(folder, 'bin', 'ssh'), 0o755)
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
    daemon?.kill('SIGKILL')
    await until(() => !answers(), 'the end of sshd')
  }
  await back()
  return {
    name: 'there',
    drop,
    back,
    async close() {
      await drop()
      process.env['PATH'] = path
    },
  }
}
