// A program of the system (sbatch, ssh, rsync), run to its end with its output.
import { spawn } from 'node:child_process'
import { OrganMosaicError } from '../../../contract/errors.ts'

export interface ProgramAnswer {
  readonly code: number
  readonly output: string
  readonly problem: string
}

const PATIENCE_MS = 60_000

/** @param input for its standard input @throws OrganMosaicError `environment` when it is not there or does not end */
export function askProgram(
  program: string,
  words: readonly string[],
  { input = '', patienceMs = PATIENCE_MS }: { input?: string; patienceMs?: number } = {},
): Promise<ProgramAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void =>
      reject(new OrganMosaicError('environment', `${program} ${why}.`, { cause, details: { program } }))
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
    const [output, problem]: [Buffer[], Buffer[]] = [[], []]
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      fail(`did not answer within ${patienceMs / 1000} seconds`)
    }, patienceMs)
    child.stdout.on('data', (part: Buffer) => output.push(part))
    child.stderr.on('data', (part: Buffer) => problem.push(part))
    child.once('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      fail(cause.code === 'ENOENT' ? 'is not found on this machine' : `could not be started (${cause.message})`, cause)
    })
    child.once('close', (code) => {
      clearTimeout(timer)
      const text = (parts: Buffer[]): string => Buffer.concat(parts).toString('utf8')
      resolve({ code: code ?? 1, output: text(output), problem: text(problem).trim() })
    })
    // A program that ends early closes its input.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

/** Its output. @throws OrganMosaicError `environment` with what it said when it fails */
export async function runProgram(
  program: string,
  words: readonly string[],
  options: { input?: string; patienceMs?: number } = {},
): Promise<string> {
  const { code, output, problem } = await askProgram(program, words, options)
  if (code === 0) return output
  const said = problem.split('\n').findLast((line) => line.trim() !== '') ?? `exit code ${code}`
  throw new OrganMosaicError('environment', `${program} refused: ${said}`, { details: { program, code } })
}

/** A word for a shell of the other side. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
