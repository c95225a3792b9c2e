// The service and its messages for Connect's clients, from the descriptors that protoc writes: in node and in a page.
import { create, createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema, MethodOptionsSchema, MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";

/** `descriptors`: of protoc. `idempotent`: as if Report had no side effects, so that a client may choose GET for it. */
export function readWire(descriptors, idempotent = false) {
  const files = fromBinary(FileDescriptorSetSchema, descriptors);
  if (idempotent) {
    for (const { service } of files.file) {
      for (const method of service.flatMap((one) => one.method)) {
        method.options = create(MethodOptionsSchema, { idempotencyLevel: MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS });
      }
    }
  }
  const registry = createFileRegistry(files);
  return {
    service: registry.getService("gmewatch.v1.ErrorReporting"),
    retryInfo: registry.getMessage("google.rpc.RetryInfo"),
    badRequest: registry.getMessage("google.rpc.BadRequest"),
  };
}

/** The session of a run of a game. */
export function newSession(more = {}) {
  return { id: crypto.getRandomValues(new Uint8Array(16)), app: "demo", region: "eu", platform: "web", ...more };
}
