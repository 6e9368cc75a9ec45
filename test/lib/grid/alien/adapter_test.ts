/** AliEn behaves as any grid does, however it is reached. */
import { gridAdapterContract } from "../../../contract/grid_adapter.ts";
import { memoryBench, socketBench } from "./_alien_bench.ts";

gridAdapterContract("AliEn in memory", memoryBench);
gridAdapterContract("AliEn over sockets", () => socketBench({ speaksHttp: true }));
gridAdapterContract("AliEn with storage by commands", () => socketBench({ speaksHttp: false }));
