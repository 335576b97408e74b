// The table of commands as a commander program. Commander reads words; schemas check them; nothing is printed here.
import { Command as Program, Option } from 'commander'
import type { Command } from './define-command.ts'

export type Chosen = {
  command: Command
  /** Arguments and options by name, without the global ones. */
  input: Record<string, unknown>
  home: string | undefined
  json: boolean
}

/**
 * @param choose is called with what the words mean
 * @returns a program whose parse throws CommanderError instead of ending the process
 */
export function buildProgram(commands: readonly Command[], version: string, choose: (chosen: Chosen) => void): Program {
  const program = new Program('organ-mosaic')
    .description('Many partially labelled datasets in, one full multi-organ segmentation model out.')
    .version(version)
    .addOption(new Option('--home <folder>', 'the workspace (default: ORGAN_MOSAIC_HOME, else ~/OrganMosaic)'))
    .addOption(new Option('--json', 'print the answer as JSON, alone on stdout').default(false))
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
  for (const command of commands) addCommand(program, command, choose)
  return program
}

function addCommand(program: Program, command: Command, choose: (chosen: Chosen) => void): void {
  const { usage, summary, options = [], examples, details } = command
  const entry = program.command(usage).description(summary)
  if (details) entry.addHelpText('after', `\n${details}`)
  entry.addHelpText('after', `\nFor example:\n${examples.map((example) => `  ${example}`).join('\n')}`)
  for (const [flags, description] of options) entry.option(flags, description)
  entry.action(() => {
    const names = entry.registeredArguments.map((argument) => argument.name())
    const given = names.map((name, index) => [name, entry.processedArgs[index]] as const)
    const { home, json } = program.opts<{ home?: string; json: boolean }>()
    choose({ command, input: { ...entry.opts(), ...Object.fromEntries(given) }, home, json })
  })
}
