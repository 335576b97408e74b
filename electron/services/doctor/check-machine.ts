// What the doctor can tell without starting TensorFlow: versions, set-up, memory, cores, disk, graphics driver.
import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { availableParallelism, freemem, totalmem } from 'node:os'
import { join } from 'node:path'
import type { DoctorReport } from '../../../contract/report.ts'
import { repairAdvice } from '../../../trainer/runtime/installation.ts'
import { jobVersions } from '../runs/job-versions.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { checkGraphics } from './check-graphics.ts'

type Check = DoctorReport['checks'][number]
const bindingFolder = join(import.meta.dirname, '../../../node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8')

export async function checkMachine(workspace: Workspace): Promise<Check[]> {
  return [checkVersions(), checkNode(), checkSetup(), checkMemory(), checkCores()].concat(
    await checkGraphics(),
    checkDisk(workspace),
    checkWritable(workspace),
  )
}

/** Whether the set-up has put TensorFlow's native part in place. */
export function isSetUp(): boolean {
  return existsSync(bindingFolder)
}

function checkVersions(): Check {
  const { 'organ-mosaic': version, platform } = jobVersions()
  return { name: 'OrganMosaic', status: 'ok', value: `${version} on ${platform}`, advice: '' }
}

function checkNode(): Check {
  const major = Number(process.versions.node.split('.')[0])
  return major >= 24
    ? { name: 'Node', status: 'ok', value: process.versions.node, advice: '' }
    : { name: 'Node', status: 'error', value: process.versions.node, advice: `Node 24 is needed. ${repairAdvice()}` }
}

function checkSetup(): Check {
  const { 'tfjs-node': tfjsNode } = jobVersions()
  return isSetUp()
    ? { name: 'TensorFlow package', status: 'ok', value: `tfjs-node ${tfjsNode}, set up`, advice: '' }
    : {
        name: 'TensorFlow package',
        status: 'error',
        value: `tfjs-node ${tfjsNode}, native part missing`,
        advice: repairAdvice(),
      }
}

function checkMemory(): Check {
  const totalGb = totalmem() / 2 ** 30
  const value = `${totalGb.toFixed(1)} GB, ${(freemem() / 2 ** 30).toFixed(1)} GB free`
  return totalGb >= 7
    ? { name: 'Memory', status: 'ok', value, advice: '' }
    : {
        name: 'Memory',
        status: 'warning',
        value,
        advice: 'Under 8 GB: use the quick preset and lower plan.maxPatchVoxels.',
      }
}

function checkCores(): Check {
  const cores = availableParallelism()
  return { name: 'Processor cores', status: 'ok', value: String(cores), advice: '' }
}

function checkDisk(workspace: Workspace): Check {
  const { bavail, bsize } = statfsSync(workspace.home)
  const freeGb = (bavail * bsize) / 2 ** 30
  const value = `${freeGb.toFixed(1)} GB free for ${workspace.home}`
  return freeGb >= 5
    ? { name: 'Disk', status: 'ok', value, advice: '' }
    : { name: 'Disk', status: 'warning', value, advice: 'Free some space or choose another workspace with --home.' }
}

function checkWritable(workspace: Workspace): Check {
  const name = 'Workspace'
  const advice = 'Make the folder writable or choose another with --home.'
  if (workspace.readOnly !== null) {
    return { name, status: 'error', value: `${workspace.home} is read-only (${workspace.readOnly})`, advice }
  }
  const probe = join(workspace.home, `.doctor-${process.pid}`)
  try {
    writeFileSync(probe, 'can this be written?')
    return { name, status: 'ok', value: `${workspace.home} is writable`, advice: '' }
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    return { name, status: 'error', value: reason, advice }
  } finally {
    rmSync(probe, { force: true })
  }
}
