// What Slurm runs: the options of sbatch and the script that starts the trainer on a job folder of its list.
import { basename } from 'node:path'
import { START_AGAIN_EXIT } from '../../../../contract/job.ts'
import type { SlurmPlace } from '../../../../contract/place.ts'
import { placeCommand } from '../place-command.ts'
import { shellWord } from '../run-program.ts'

/** The exit code of a script that does not see its job folder. */
export const NO_FOLDER_EXIT = 66

/** What a job asks the cluster for. */
export function resourceOptions({ partition, account, gres, cpus, memory, options }: SlurmPlace): string[] {
  const wanted = { partition, account, gres, mem: memory }
  return [
    `--cpus-per-task=${cpus}`,
    ...Object.entries(wanted).flatMap(([key, value]) => (value === '' ? [] : [`--${key}=${value}`])),
    ...options,
  ]
}

/** Several folders are an array: its tasks wait and run on their own. */
export function batchOptions(place: SlurmPlace, folders: readonly string[]): string[] {
  const most = place.atOnce > 0 ? `%${place.atOnce}` : ''
  return [
    '--parsable',
    `--job-name=mosaic-${basename(folders[0] ?? '')}${folders.length > 1 ? `+${folders.length - 1}` : ''}`,
    '--chdir=/tmp',
    '--output=/dev/null',
    '--requeue',
    `--time=${place.timeLimitMinutes}`,
    `--signal=B:USR1@${place.warnSeconds}`,
    ...(folders.length > 1 ? [`--array=0-${folders.length - 1}${most}`] : []),
    ...resourceOptions(place),
  ]
}

/** Loads what the place needs before OrganMosaic. */
export const loadModules = ({ modules }: SlurmPlace): string[] =>
  modules.map((name) => `module load ${shellWord(name)} || exit 1`)

/**
 * Near its time limit Slurm signals the script, which writes the wish into control.json as a person would: that reaches
 * a trainer in any container. The trainer then writes a checkpoint and ends with a code of its own, and the same job
 * waits for its next turn.
 */
export const batchScript = (place: SlurmPlace, folders: readonly string[]): string =>
  [
    '#!/bin/bash',
    `folders=(${folders.map(shellWord).join(' ')})`,
    'folder=${folders[${SLURM_ARRAY_TASK_ID:-0}]}',
    `cd "$folder" || exit ${NO_FOLDER_EXIT}`,
    'exec >>trainer.log 2>&1',
    `printf '=== started at %s on %s, Slurm job %s\\n' "$(date -u +%FT%TZ)" "$(hostname)" "$SLURM_JOB_ID"`,
    ...loadModules(place),
    'time_is_up() {',
    `  grep -q '"run"' control.json || return`,
    `  echo '{"request":"yield"}' >"control.json.$SLURM_JOB_ID" && mv "control.json.$SLURM_JOB_ID" control.json`,
    '}',
    'trap time_is_up USR1',
    `${placeCommand(place)} job "$folder" &`,
    'trainer=$!',
    '# The signal ends the waiting, not the trainer.',
    'while wait $trainer; code=$?; [ $code -eq 138 ]; do :; done',
    `if [ $code -eq ${START_AGAIN_EXIT} ]; then`,
    // Slurm gives every task of an array that has started a number of its own, and takes it here.
    '  scontrol requeue "$SLURM_JOB_ID"',
    'fi',
    'exit $code',
    '',
  ].join('\n')
