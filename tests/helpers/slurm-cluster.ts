// A real cluster of one node for tests: munged, slurmctld and slurmd of Debian's packages, in a folder of their own, with
// ports of their own. It needs no systemd and touches no cluster that this machine may belong to.
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './until.ts'

const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scancel', 'scontrol', 'sinfo']
const SYSTEM_PATH = `${process.env['PATH']}:/usr/sbin:/sbin`

/** Why this machine cannot have a cluster; null when it can. */
export function whyNoSlurm(): string | null {
  if (process.getuid?.() !== 0) return 'only root may start the daemons of Slurm'
  const absent = PROGRAMS.find((name) => !SYSTEM_PATH.split(':').some((folder) => existsSync(join(folder, name))))
  return absent === undefined
    ? null
    : `${absent} is not installed (apt-get install slurmctld slurmd slurm-client munge)`
}

export interface SlurmCluster {
  /** Kills the node's daemon, not its jobs. */
  readonly killNode: () => void
  readonly startNode: () => void
  /** A command of Slurm. @returns its output */
  readonly ask: (program: string, ...words: string[]) => string
  readonly close: () => Promise<void>
}

/** Sets SLURM_CONF of this process, so that every Slurm command of it asks this cluster. */
export async function openSlurmCluster(): Promise<SlurmCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'mosaic-slurm-'))
  chmodSync(folder, 0o755)
  for (const name of ['state', 'spool']) mkdirSync(join(folder, name))
  // The node believes that it has two graphics cards.
  for (const name of ['card0', 'card1']) writeFileSync(join(folder, name), '')
  writeFileSync(join(folder, 'munge.key'), randomBytes(1024), { mode: 0o600 })
  writeFileSync(join(folder, 'gres.conf'), `Name=gpu File=${folder}/card[0-1]\n`)
  writeFileSync(join(folder, 'slurm.conf'), configuration(folder, await freePorts(2)))
  const env = { ...process.env, PATH: SYSTEM_PATH, SLURM_CONF: join(folder, 'slurm.conf') }
  const before = process.env['SLURM_CONF']
  process.env['SLURM_CONF'] = env.SLURM_CONF

  const ask = (program: string, ...words: string[]): string => {
    const { status, stdout, stderr, error } = spawnSync(program, words, { env, encoding: 'utf8' })
    if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${error?.message ?? stderr}`)
    return stdout
  }
  const pidOf = (name: string): number => {
    const path = join(folder, `${name}.pid`)
    return existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0
  }
  const end = (name: string, signal: NodeJS.Signals): void => {
    const pid = pidOf(name)
    if (pid > 0 && existsSync(`/proc/${pid}`)) process.kill(pid, signal)
    rmSync(join(folder, `${name}.pid`), { force: true })
  }
  const startNode = (): void => void ask('slurmd', '-f', env.SLURM_CONF)

  ask('munged', '--force', ...['key', 'socket', 'pid', 'log', 'seed'].map((what) => mungeOption(folder, what)))
  ask('slurmctld', '-f', env.SLURM_CONF)
  startNode()
  await until(() => ask('sinfo', '--noheader', '--format=%T').trim() === 'idle', 'a node that is idle')
  return {
    killNode: () => end('slurmd', 'SIGKILL'),
    startNode,
    ask,
    async close() {
      spawnSync('scancel', ['--user=root', '--signal=KILL', '--full'], { env })
      spawnSync('scancel', ['--user=root'], { env })
      await until(() => ask('squeue', '--noheader') === '', 'an empty queue').catch(() => undefined)
      for (const name of ['slurmd', 'slurmctld', 'munge']) end(name, 'SIGTERM')
      if (before === undefined) delete process.env['SLURM_CONF']
      else process.env['SLURM_CONF'] = before
    },
  }
}

const mungeOption = (folder: string, what: string): string => {
  const option = { key: 'key-file', socket: 'socket', pid: 'pid-file', log: 'log-file', seed: 'seed-file' }[what]
  return `--${option}=${join(folder, `munge.${what}`)}`
}

/** cred_expire: Slurm lets a job that was given back wait for so long; two minutes would be long for a test. */
const configuration = (folder: string, [controllerPort, nodePort]: number[]): string => {
  const host = hostname().split('.')[0]
  return `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=${folder}/munge.socket,cred_expire=5
SlurmUser=root
SlurmdUser=root
SlurmctldPort=${controllerPort}
SlurmdPort=${nodePort}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0,batch_sched_delay=0
ReturnToService=2
SlurmdTimeout=15
KillWait=5
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
GresTypes=gpu
NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 Gres=gpu:2
PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE
`
}

/** Ports that nobody listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
