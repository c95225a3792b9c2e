using UnrealBuildTool;

public class GmeWatch : ModuleRules {
  public GmeWatch(ReadOnlyTargetRules Target) : base(Target) {
    PCHUsage = PCHUsageMode.NoPCHs; // gmewatch.c is C
    bUseUnity = false;
    PublicDependencyModuleNames.AddRange(new string[] { "Core" });
    PrivateDependencyModuleNames.AddRange(new string[] { "HTTP" });
  }
}
