// The plan that a run's stage 1 was trained with, where there is one.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PlanSchema, type Plan } from '../../contract/plan.ts'
import { readJsonFile } from './read-json-file.ts'

/** @throws OrganMosaicError `invalid-file` */
export async function readSettledPlan(runFolder: string | null): Promise<Plan | null> {
  if (runFolder === null || !existsSync(join(runFolder, 'plan.json'))) return null
  const nextStep = 'Delete it and resume: the same datasets and configuration give the same plan.'
  return readJsonFile(join(runFolder, 'plan.json'), PlanSchema, nextStep)
}
