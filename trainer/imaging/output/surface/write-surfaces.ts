// A surface an organ as STL or OBJ, read back: closed, and of the volume of its voxels.
import { readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { outputFiles } from '../../../../contract/output.ts'
import { writeFileAtomically } from '../../write-file-atomically.ts'
import { extentsOf } from '../extents.ts'
import {
  aboutLine,
  readsDifferently,
  requireFound,
  type OutputSegment,
  type OutputWriter,
  type SegmentationToWrite,
} from '../output-writer.ts'
import { isClosed, meshVolume, type Mesh } from './mesh.ts'
import { meshOrgan } from './mesh-organ.ts'
import { decodeObj, encodeMaterial, encodeObj } from './obj.ts'
import { decodeStl, encodeStl } from './stl.ts'

/** Share by which the volume of a surface may differ from that of its voxels. */
const MOST_DIFFERENT = 0.03

/** Writes the files of one organ and reads its surface again. */
type SaveMesh = (mesh: Mesh, files: readonly string[], segment: OutputSegment, about: string) => Promise<Mesh>

export const writeStlSurfaces: OutputWriter = (segmentation, folder) =>
  writeSurfaces('stl', segmentation, folder, async (mesh, [path], { organ }, about) => {
    await writeFileAtomically(path, encodeStl(mesh, `${organ}; ${about}`))
    return decodeStl(await readFile(path), path)
  })

export const writeObjSurfaces: OutputWriter = (segmentation, folder) =>
  writeSurfaces('obj', segmentation, folder, async (mesh, [path, material], { organ, color }, about) => {
    await writeFileAtomically(material, encodeMaterial(color))
    await writeFileAtomically(path, encodeObj(mesh, organ.replaceAll(/\s+/g, '_'), basename(material), about))
    return decodeObj(await readFile(path, 'utf8'), path)
  })

async function writeSurfaces(
  format: 'stl' | 'obj',
  segmentation: SegmentationToWrite,
  folder: string,
  save: SaveMesh,
): ReturnType<OutputWriter> {
  const found = requireFound(segmentation, 'surface')
  const { id, segments, labelMap } = segmentation
  const names = outputFiles(
    format,
    id,
    segments.map(({ organ }) => organ),
  )
  const each = names.length / segments.length
  const extents = extentsOf(labelMap)
  const voxelMm3 = labelMap.geometry.spacingMm.reduce((product, mm) => product * mm, 1)
  const files: string[] = []
  let largest = 0
  for (const [n, segment] of segments.entries()) {
    const own = names.slice(n * each, (n + 1) * each)
    const paths = own.map((name) => join(folder, name))
    const extent = extents.get(segment.value)
    // A surface of an earlier export would claim an organ that is not there.
    if (!extent) for (const path of paths) await rm(path, { force: true })
    if (!extent) continue
    const mesh = meshOrgan(labelMap, segment.value, extent)
    const read = await save(mesh, paths, segment, aboutLine(segmentation))
    largest = Math.max(largest, checkSurface(read, segment.voxels * voxelMm3, paths[0]))
    files.push(...own)
  }
  return { files, check: { kind: 'surfaces', organs: found.length, largestVolumeDifference: largest } }
}

/** @returns how far its volume is off. @throws OrganMosaicError environment */
function checkSurface(mesh: Mesh, wanted: number, path: string): number {
  if (!isClosed(mesh)) throw readsDifferently(path, 'the surface is not closed')
  const difference = Math.abs(meshVolume(mesh) / wanted - 1)
  if (difference <= MOST_DIFFERENT) return difference
  throw readsDifferently(path, `it holds ${(100 * difference).toFixed(1)} % more or less than its voxels`)
}
