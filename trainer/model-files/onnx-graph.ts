// An ONNX graph under construction (onnx.proto of ONNX 1.17, operator set 17, IR version 8): nodes and weights in, model out.
import { MessageWriter } from './protobuf.ts'

const IR_VERSION = 8
const OPERATOR_SET = 17
const FLOAT = 1

/** Fields of the messages, as onnx.proto numbers them. */
const MODEL = {
  irVersion: 1,
  producerName: 2,
  producerVersion: 3,
  docString: 6,
  graph: 7,
  operatorSets: 8,
  metadata: 14,
}
const GRAPH = { nodes: 1, name: 2, initializers: 5, inputs: 11, outputs: 12 }
const NODE = { inputs: 1, outputs: 2, name: 3, operator: 4, attributes: 5 }
const ATTRIBUTE = { name: 1, float: 2, integer: 3, integers: 8, type: 20 }
const ATTRIBUTE_TYPE = { float: 1, integer: 2, integers: 7 }
const TENSOR = { dimensions: 1, dataType: 2, name: 8, rawData: 9 }

type Attributes = Readonly<Record<string, number | readonly number[]>>

export class OnnxGraph {
  readonly #nodes: MessageWriter[] = []
  readonly #weights: MessageWriter[] = []
  #count = 0

  /** @param floats names of attributes that are no whole numbers, such as an epsilon. @returns the name of its output */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    floats: readonly string[] = [],
  ): string {
    const output = `${operator.toLowerCase()}-${++this.#count}`
    const node = new MessageWriter()
    for (const input of inputs) node.text(NODE.inputs, input)
    node.text(NODE.outputs, output).text(NODE.name, output).text(NODE.operator, operator)
    for (const [name, value] of Object.entries(attributes)) {
      node.message(NODE.attributes, attribute(name, value, floats.includes(name)))
    }
    this.#nodes.push(node)
    return output
  }

  /** @returns its name */
  weight(name: string, shape: readonly number[], data: Float32Array): string {
    const tensor = new MessageWriter()
    for (const size of shape) tensor.integer(TENSOR.dimensions, size)
    tensor.integer(TENSOR.dataType, FLOAT).text(TENSOR.name, name)
    tensor.bytes(TENSOR.rawData, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    this.#weights.push(tensor)
    return name
  }

  /** Gives an output a name that people know. */
  rename(from: string, to: string): void {
    const node = new MessageWriter().text(NODE.inputs, from).text(NODE.outputs, to).text(NODE.name, to)
    this.#nodes.push(node.text(NODE.operator, 'Identity'))
  }

  /** @returns the pieces of the file, in order */
  finish(model: {
    readonly name: string
    readonly version: string
    readonly about: string
    readonly input: { readonly name: string; readonly shape: readonly number[] }
    readonly output: { readonly name: string; readonly shape: readonly number[] }
    readonly metadata: Readonly<Record<string, string>>
  }): readonly Uint8Array[] {
    const graph = new MessageWriter()
    for (const node of this.#nodes) graph.message(GRAPH.nodes, node)
    graph.text(GRAPH.name, model.name)
    for (const tensor of this.#weights) graph.message(GRAPH.initializers, tensor)
    graph.message(GRAPH.inputs, described(model.input)).message(GRAPH.outputs, described(model.output))
    const file = new MessageWriter()
      .integer(MODEL.irVersion, IR_VERSION)
      .text(MODEL.producerName, 'OrganMosaic')
      .text(MODEL.producerVersion, model.version)
      .text(MODEL.docString, model.about)
      .message(MODEL.graph, graph)
      .message(MODEL.operatorSets, new MessageWriter().text(1, '').integer(2, OPERATOR_SET))
    for (const [key, value] of Object.entries(model.metadata)) {
      file.message(MODEL.metadata, new MessageWriter().text(1, key).text(2, value))
    }
    return file.parts()
  }
}

function attribute(name: string, value: number | readonly number[], isFloat: boolean): MessageWriter {
  const message = new MessageWriter().text(ATTRIBUTE.name, name)
  if (typeof value !== 'number') {
    for (const each of value) message.integer(ATTRIBUTE.integers, each)
    return message.integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.integers)
  }
  return isFloat
    ? message.float(ATTRIBUTE.float, value).integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.float)
    : message.integer(ATTRIBUTE.integer, value).integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.integer)
}

/** ValueInfoProto: name, and a type with element type and shape. */
function described({ name, shape }: { readonly name: string; readonly shape: readonly number[] }): MessageWriter {
  const dimensions = new MessageWriter()
  for (const size of shape) dimensions.message(1, new MessageWriter().integer(1, size))
  const tensor = new MessageWriter().integer(1, FLOAT).message(2, dimensions)
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensor))
}
