// Mutants handed to a process of their own, which is ended when it answers too late, and replaced when it dies.
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { FuzzAnswer, FuzzJob } from './fuzz-job.ts'

const LONGEST_MS = 10_000
const MOST_BYTES = 2e9

export interface FuzzProcess {
  readonly run: (job: FuzzJob) => Promise<FuzzAnswer>
  readonly close: () => void
}

export function openFuzzProcess(): FuzzProcess {
  let child: ChildProcess | null = null

  const start = (): ChildProcess =>
    fork(join(import.meta.dirname, 'fuzz-child.ts'), { stdio: 'ignore', execArgv: ['--max-old-space-size=2000'] })

  const end = (): void => {
    child?.kill('SIGKILL')
    child = null
  }

  return {
    async run(job) {
      child ??= start()
      const answer = await ask(child, job)
      if (answer.peakBytes > MOST_BYTES || answer.outcome === 'died' || answer.outcome === 'hangs') end()
      const tooMuch = `${(answer.peakBytes / 1e9).toFixed(1)} GB of memory`
      return answer.problem === null && answer.peakBytes > MOST_BYTES ? { ...answer, problem: tooMuch } : answer
    },
    close: end,
  }
}

function ask(child: ChildProcess, job: FuzzJob): Promise<FuzzAnswer> {
  return new Promise((resolve) => {
    const finish = (answer: FuzzAnswer): void => {
      clearTimeout(timer)
      child.off('message', finish).off('exit', onExit)
      resolve(answer)
    }
    const onExit = (code: number | null, signal: string | null): void =>
      finish({ outcome: 'died', problem: `the process ended with ${code ?? signal}`, peakBytes: 0 })
    const late = `no answer within ${LONGEST_MS / 1000} s`
    const timer = setTimeout(() => finish({ outcome: 'hangs', problem: late, peakBytes: 0 }), LONGEST_MS)
    child.on('message', finish).on('exit', onExit)
    child.send(job)
  })
}
