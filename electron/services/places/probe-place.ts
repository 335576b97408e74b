// A few lines of shell that say what a place sees, and what follows from their answer.
import type { Place, PlaceFinding } from '../../../contract/place.ts'
import { jobVersions } from '../runs/job-versions.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { placeCommand } from './place-command.ts'
import { shellWord } from './run-program.ts'

export const probeScript = (place: Place, { home }: Pick<Workspace, 'home'>): string =>
  [
    `if [ -w ${shellWord(home)} ]; then echo folder=yes; else echo folder=no; fi`,
    'echo "machine=$(hostname)"',
    `echo "version=$(${placeCommand(place)} --version 2>&1 | tail -n 1)"`,
    '',
  ].join('\n')

export function readProbe(answer: string, place: Place, { home }: Pick<Workspace, 'home'>): PlaceFinding[] {
  const valueOf = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(answer)?.[1]?.trim() ?? ''
  const machine = valueOf('machine') || place.name
  const sees: PlaceFinding =
    valueOf('folder') === 'yes'
      ? { state: 'good', message: `${machine} sees ${home} and may write there.` }
      : { state: 'missing', message: `${machine} does not see ${home}, or may not write there. Use a path it shares.` }
  return [sees, versionFinding(machine, valueOf('version'), place)]
}

export function versionFinding(machine: string, version: string, place: Place): PlaceFinding {
  const own = jobVersions()['organ-mosaic']
  if (version === own) return { state: 'good', message: `${machine} has OrganMosaic ${version}, as this machine.` }
  if (/^\d+\.\d+\.\d+/.test(version)) {
    return {
      state: 'missing',
      message: `${machine} has OrganMosaic ${version}, and this machine ${own}. Install the same version there, so that runs stay repeatable.`,
    }
  }
  return {
    state: 'missing',
    message: `OrganMosaic does not start on ${machine} with ${placeCommand(place)} (${version || 'no answer'}). Set the command of the place.`,
  }
}
