// Looks whether a cluster can be used: Slurm's programs, its answer, the partition, and a small job that says what it sees.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { toOrganMosaicError } from '../../../../contract/errors.ts'
import type { PlaceFinding, SlurmPlace } from '../../../../contract/place.ts'
import type { Workspace } from '../../workspace/open-workspace.ts'
import { probeScript, readProbe } from '../probe-place.ts'
import { askProgram, runProgram } from '../run-program.ts'
import { QUEUE_FORMAT, readQueue } from './read-queue.ts'
import { loadModules, resourceOptions } from './slurm-script.ts'

/** A cluster that has no free machine within this time is not waited for. */
const PATIENCE_MS = 60_000
const good = (message: string): PlaceFinding => ({ state: 'good', message })
const missing = (message: string): PlaceFinding => ({ state: 'missing', message })

export async function checkSlurm(place: SlurmPlace, workspace: Workspace): Promise<PlaceFinding[]> {
  const version = await askProgram('sbatch', ['--version']).catch(() => null)
  if (version?.code !== 0) {
    return [
      missing(
        'There is no sbatch on this machine. Start OrganMosaic on a login node of the cluster, or have its administrators install the Slurm programs here.',
      ),
    ]
  }
  const findings = [good(`Slurm is here: ${version.output.trim()}.`)]
  const partitions = await askProgram('sinfo', ['--noheader', '--format=%R']).catch(() => null)
  if (partitions?.code !== 0) {
    return [...findings, missing(`The cluster does not answer: ${partitions?.problem ?? 'sinfo is not found'}.`)]
  }
  const names = [...new Set(partitions.output.split('\n').filter((name) => name !== ''))]
  if (place.partition !== '' && !place.partition.split(',').every((name) => names.includes(name))) {
    return [
      ...findings,
      missing(`The cluster has no partition ${place.partition}; it has ${names.join(', ') || 'none'}.`),
    ]
  }
  return [...findings, ...(await runProbe(place, workspace))]
}

async function runProbe(place: SlurmPlace, workspace: Workspace): Promise<PlaceFinding[]> {
  const answer = join(workspace.cache, `place-${randomUUID()}.txt`)
  const options = ['--parsable', '--job-name=mosaic-check', '--time=2', '--chdir=/tmp', `--output=${answer}`]
  const script = ['#!/bin/bash', ...loadModules(place), probeScript(place, workspace)].join('\n')
  try {
    const submitted = await runProgram('sbatch', [...options, ...resourceOptions(place)], { input: script })
    const job = submitted.trim().split(';')[0] ?? ''
    const waits = await waitFor(job)
    if (waits !== null) {
      await askProgram('scancel', [job])
      return [{ state: 'unknown', message: `The small job that looks around still waits${waits}. Check again later.` }]
    }
    if (existsSync(answer)) {
      const said = readFileSync(answer, 'utf8')
      return /^machine=/m.test(said) ? readProbe(said, place, workspace) : [noModules(place, said)]
    }
    return [
      missing(`The cluster's machines do not see ${workspace.home}. Put the workspace on a path that they share.`),
    ]
  } catch (thrown) {
    return [missing(`Slurm takes no job as the place describes it. ${toOrganMosaicError(thrown).message}`)]
  } finally {
    rmSync(answer, { force: true })
  }
}

/** The script ends before its first line of answer where a module is missing. */
const noModules = ({ modules }: SlurmPlace, said: string): PlaceFinding => {
  const what = modules.length > 0 ? `does not load ${modules.join(', ')}` : 'ends without an answer'
  const words = said.trim().split('\n').at(-1) ?? ''
  return missing(`The small job that looks around ${what}${words && `: ${words}`}. Set the modules of the place.`)
}

/** @returns null when it ended; else why it waits */
async function waitFor(job: string): Promise<string | null> {
  for (const until = performance.now() + PATIENCE_MS; ; await sleep(500)) {
    const answer = await askProgram('squeue', ['--noheader', '--me', '--states=all', `--format=${QUEUE_FORMAT}`])
    const word = readQueue(answer.output).get(job)?.word
    if (!word || word.state === 'ended') return null
    if (performance.now() > until) return word.reason === '' ? '' : `: ${word.reason}`
  }
}
