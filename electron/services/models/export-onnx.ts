// A stage of a run as one ONNX file: all its models, averaged, with what a program needs around them in the metadata.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { TrainJob } from '../../../contract/job.ts'
import type { ExportedModel, OnnxMetadata } from '../../../contract/model-file.ts'
import { MODEL_FILE_VERSION } from '../../../contract/model-file.ts'
import { partsToKeep, POST_PROCESSING_FILE, PostProcessingSchema } from '../../../contract/post-processing.ts'
import { folderOfStage, modelCount } from '../../../contract/planned-stages.ts'
import { PlanSchema, type Plan } from '../../../contract/plan.ts'
import type { StageNumber } from '../../../contract/run-config.ts'
import { readSafetensors } from '../../../trainer/model-files/safetensors.ts'
import { writeFileAtomically } from '../../../trainer/imaging/write-file-atomically.ts'
import { addNetwork, type NetworkWeights } from '../../../trainer/model-files/network-to-onnx.ts'
import { OnnxGraph } from '../../../trainer/model-files/onnx-graph.ts'
import { jobVersions } from '../runs/job-versions.ts'
import { findTrainedModels } from '../runs/trained-models.ts'
import { readJsonFile } from '../workspace/json-file.ts'
import type { Workspace } from '../workspace/open-workspace.ts'

/**
 * Input `image` [1, channels, D, H, W], a preprocessed patch; output `probabilities` [1, classes, D, H, W].
 * @param path absolute
 * @throws OrganMosaicError as findTrainedModels; `usage` for models that are more than one network's probabilities
 */
export async function exportOnnx(
  workspace: Workspace,
  request: { run: string; stage?: StageNumber },
  path: string,
): Promise<ExportedModel> {
  const { job, folder, stage } = findTrainedModels(workspace, request)
  refuseOtherNetworks(job, stage)
  const plan = readJsonFile(join(folder, 'plan.json'), PlanSchema)
  const graph = new OnnxGraph()
  const input = { name: 'image', size: plan.patch }
  const count = modelCount(stage, job.datasets.length)
  const outputs: string[] = []
  for (let model = 1; model <= count; model++) {
    const weights = await readWeights(folderOfStage(job, folder, stage), stage, model)
    outputs.push(addNetwork(graph, `model${model}.`, weights, plan.strides, input))
  }
  graph.rename(count === 1 ? outputs[0]! : graph.node('Mean', outputs), 'probabilities')
  const metadata = describe(job, folder, stage, plan)
  const version = jobVersions()['organ-mosaic'] ?? 'unknown'
  const parts = graph.finish({
    ...{ name: job.name, version },
    about: `Organ segmentation, run ${job.name}, stage ${stage}. Research use only. metadata: organ_mosaic`,
    input: { name: 'image', shape: [1, plan.normalisations.length, ...plan.patch] },
    output: { name: 'probabilities', shape: [1, job.organs.length + 1, ...plan.patch] },
    metadata: { organ_mosaic: JSON.stringify(metadata) },
  })
  await writeFileAtomically(path, parts)
  return { run: job.name, format: 'onnx', path, bytes: statSync(path).size, stages: [stage] }
}

function refuseOtherNetworks({ name, config }: TrainJob, stage: StageNumber): void {
  const instead = 'export it as an archive, which OrganMosaic predicts with'
  if (stage === 1) {
    throw new OrganMosaicError(
      'usage',
      `The models of stage 1 know some organs each and are fused after the networks; ${instead}, or choose stage 2.`,
    )
  }
  if (stage === 0 && config.shared.head === 'dynamic') {
    throw new OrganMosaicError('usage', `The network of run ${name} makes its last layers anew a dataset; ${instead}.`)
  }
}

async function readWeights(folder: string, stage: StageNumber, model: number): Promise<NetworkWeights> {
  return (await readSafetensors(join(folder, 'checkpoints', `stage${stage}-model${model}.safetensors`))).arrays
}

function describe(job: TrainJob, folder: string, stage: StageNumber, plan: Plan): OnnxMetadata {
  const { spacingMm, patch, normalisations, cropToBody, thickAxis } = plan
  const channels = job.datasets[0].channels.map(({ name }, n) => ({ name, normalisation: normalisations[n] }))
  const chosenFile = join(folder, POST_PROCESSING_FILE)
  const asked = job.config.inference.postProcessing === 'auto' && existsSync(chosenFile)
  const chosen = asked ? readJsonFile(chosenFile, PostProcessingSchema) : null
  const classes = job.organs.map((id, n) => {
    const { name = id, color = '#888888', snomedCode = null } = job.vocabulary.find((organ) => organ.id === id) ?? {}
    return { value: n + 1, id, name, color, snomedCode }
  })
  return {
    version: MODEL_FILE_VERSION,
    run: job.name,
    stage,
    classes,
    channels,
    plan: { spacingMm, patch, cropToBody, thickAxis: thickAxis ?? null },
    overlap: job.config.inference.overlap,
    keepParts: Object.fromEntries(partsToKeep(chosen?.stage === stage ? chosen : null)),
  }
}
