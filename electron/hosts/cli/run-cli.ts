// The command line: words -> one command -> services -> its answer as text, or as JSON that its schema has checked.
// Exit codes: 0 success, 1 failure, 2 wrong use, 130 a second Ctrl-C.
import { CommanderError } from 'commander'
import { OrganMosaicError, toOrganMosaicError } from '../../../contract/errors.ts'
import { createServices } from '../../services/create-services.ts'
import { chooseHome } from '../../services/workspace/open-workspace.ts'
import { buildProgram, type Chosen } from './build-program.ts'
import { commands } from './commands/index.ts'
import { readVersion } from '../read-version.ts'
import { runTrainer } from './run-trainer.ts'
import { createTerminal } from './terminal.ts'

/** @returns the exit code; whatever there is to say has been written */
export async function runCli(words: readonly string[]): Promise<number> {
  let json = words.includes('--json')
  try {
    if (words[0] === 'job') return await runTrainer(words.slice(1))
    const chosen = readWords(words)
    if (chosen === null) return 0
    json = chosen.json
    return await execute(chosen)
  } catch (thrown) {
    return fail(toOrganMosaicError(thrown), json)
  }
}

/** @returns null when commander has answered itself (--help, --version) @throws OrganMosaicError `usage` */
function readWords(words: readonly string[]): Chosen | null {
  let chosen: Chosen | null = null
  const program = buildProgram(commands, readVersion(), (found) => (chosen = found))
  try {
    program.parse(words, { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.exitCode === 0) return null
    const message =
      thrown.code === 'commander.help'
        ? 'Name one of these commands; organ-mosaic COMMAND --help explains it.'
        : asSentence(thrown.message)
    throw new OrganMosaicError('usage', message)
  }
  return chosen
}

async function execute({ command, input, home, json }: Chosen): Promise<number> {
  command.check(input)
  const services = createServices({ home: chooseHome(home) })
  try {
    const terminal = createTerminal()
    const problem = services.index.problem()
    if (problem !== null) terminal.note(problem)
    const answer = await command.execute(services, input, terminal)
    const met = services.index.problem()
    if (met !== null && met !== problem) terminal.note(met)
    process.stdout.write(`${json ? JSON.stringify(answer.json, null, 2) : answer.text}\n`)
    return answer.exitCode
  } finally {
    services.close()
  }
}

function fail(error: OrganMosaicError, json: boolean): number {
  if (json) process.stdout.write(`${JSON.stringify(error.toReport(), null, 2)}\n`)
  else process.stderr.write(`organ-mosaic: ${error.message}\n`)
  // A bug needs its place; everything else is said in the sentence.
  if (error.code === 'internal' && process.env['ORGAN_MOSAIC_DEBUG']) console.error(error.cause ?? error)
  return error.code === 'usage' ? 2 : 1
}

/** "error: unknown option '--jsn'\n(Did you mean --json?)" as one sentence. */
function asSentence(message: string): string {
  const text = message.replace(/^error: /, '').replaceAll('\n', ' ')
  return text[0].toUpperCase() + text.slice(1)
}
