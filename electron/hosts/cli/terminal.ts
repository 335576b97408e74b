// What a command may use of the terminal: progress and notes on stderr, never stdout, and Ctrl-C.
import { createInterface } from 'node:readline/promises'
import { createProgressLine, type ProgressLine } from './progress-line.ts'
import { styleFor, type Style } from './text.ts'

export type Terminal = {
  style: Style
  /** One sentence for the person, on stderr. */
  note: (text: string) => void
  /** Asks for yes or no; no where nobody can answer. */
  confirm: (question: string) => Promise<boolean>
  /** A progress line for one job; close it before printing anything else. */
  progress: (label?: string) => ProgressLine
  /**
   * Runs `work`; the first Ctrl-C calls `onInterrupt` and waits on, the second leaves at once with exit code 130.
   */
  interruptible: <T>(onInterrupt: () => unknown, work: () => Promise<T>) => Promise<T>
}

const samePressMs = 400

export function createTerminal(): Terminal {
  return {
    style: styleFor(process.stdout),
    note: (text) => void process.stderr.write(`${text}\n`),
    confirm,
    progress: (label) => createProgressLine(process.stderr, label),
    interruptible,
  }
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim())
  } finally {
    lines.close()
  }
}

/** A job that cannot be asked, because it just ended, says so itself. */
async function interrupt(onInterrupt: () => unknown): Promise<void> {
  try {
    await onInterrupt()
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
  }
}

async function interruptible<T>(onInterrupt: () => unknown, work: () => Promise<T>): Promise<T> {
  let askedAt: number | null = null
  const onSignal = (): void => {
    // One Ctrl-C arrives more than once when launchers above pass it on.
    if (askedAt !== null && Date.now() - askedAt < samePressMs) return
    if (askedAt !== null) process.exit(130)
    askedAt = Date.now()
    void interrupt(onInterrupt)
  }
  process.on('SIGINT', onSignal)
  try {
    return await work()
  } finally {
    process.off('SIGINT', onSignal)
  }
}
