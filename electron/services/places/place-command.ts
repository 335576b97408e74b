// How OrganMosaic is started at a place, as words for a shell.
import { join } from 'node:path'
import type { Place } from '../../../contract/place.ts'
import { shellWord } from './run-program.ts'

const ownProgram = join(import.meta.dirname, '../../hosts/cli/main.ts')

/** This installation, unless the place has its own. `COMMAND job FOLDER` runs the trainer, `COMMAND --version` says which it is. */
export function placeCommand(place: Place): string {
  const container = place.kind === 'slurm' ? place.container : ''
  return [container, place.command || ownCommand()].filter((part) => part !== '').join(' ')
}

/** Inside Electron this program is Electron, which runs a script only with this variable. */
const ownCommand = (): string =>
  [
    ...(process.versions.electron === undefined ? [] : ['env', 'ELECTRON_RUN_AS_NODE=1']),
    ...[process.execPath, ownProgram].map(shellWord),
  ].join(' ')
