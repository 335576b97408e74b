// A command of the command line: its words, its input and output schemas, what it does and how the answer reads.
import { z } from 'zod'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Services } from '../../services/services.ts'
import type { Terminal } from './terminal.ts'
import type { Style } from './text.ts'

export type CommandSpec<Input extends z.ZodObject, Output extends z.ZodType> = {
  /** Name and arguments as commander writes them, e.g. 'register <folder>'. */
  usage: string
  summary: string
  /** Flags as commander writes them, and what they mean. */
  options?: readonly (readonly [flags: string, description: string])[]
  examples: readonly string[]
  /** What --help says beyond the summary. */
  details?: string
  /** Arguments and options by name. */
  input: Input
  output: Output
  run: (services: Services, input: z.output<Input>, terminal: Terminal) => Promise<z.input<Output>> | z.input<Output>
  render: (output: z.output<Output>, style: Style) => string
  /** Whether an answer means success (exit code 0); always, unless the command says otherwise. */
  succeeded?: (output: z.output<Output>) => boolean
}

/** A command with its types closed in, so that commands of all kinds fit one table. */
export type Command = Pick<
  CommandSpec<z.ZodObject, z.ZodType>,
  'usage' | 'summary' | 'options' | 'examples' | 'details'
> & {
  output: z.ZodType
  /** @throws OrganMosaicError `usage` when the input fails its schema, and whatever the command throws */
  execute: (
    services: Services,
    input: Record<string, unknown>,
    terminal: Terminal,
  ) => Promise<{ json: unknown; text: string; exitCode: 0 | 1 }>
  /** Checks the input alone, before a workspace is touched. @throws OrganMosaicError `usage` */
  check: (input: Record<string, unknown>) => void
}

export function defineCommand<Input extends z.ZodObject, Output extends z.ZodType>(
  spec: CommandSpec<Input, Output>,
): Command {
  const { usage, summary, options = [], examples, details = '', output } = spec
  const parse = (input: Record<string, unknown>): z.output<Input> => parseInput(spec.input, input)
  return {
    usage,
    summary,
    options,
    examples,
    details,
    output,
    check: (input) => void parse(input),
    async execute(services, input, terminal) {
      const answer = output.parse(await spec.run(services, parse(input), terminal))
      const exitCode = spec.succeeded?.(answer) === false ? 1 : 0
      return { json: answer, text: spec.render(answer, terminal.style), exitCode }
    },
  }
}

function parseInput<T extends z.ZodObject>(schema: T, input: Record<string, unknown>): z.output<T> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const name = String(issue.path[0] ?? 'input')
  const value = input[name]
  throw new OrganMosaicError(
    'usage',
    `${value === undefined ? optionName(name) : `${optionName(name)} ${String(value)}`}: ${issue.message}.`,
  )
}

/** @example optionName('nsdTolerance') === '--nsd-tolerance' */
function optionName(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
